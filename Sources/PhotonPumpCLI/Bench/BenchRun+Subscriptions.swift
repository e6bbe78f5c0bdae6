import PhotonPump

/// The scenarios of subscriptions.
extension BenchRun {
    func subscribe() async throws -> JSON {
        let subscription = try await self.client.subscribe(to: self.options.stream)
        print(#"{"ready":true}"#)
        try flushOutput()
        var touched = Touched()
        var meter = Meter()
        for try await event in subscription.events {
            if touched.count == 0 { meter = Meter() }
            touched.add(event)
            if touched.count == self.options.count { break }
        }
        return meter.report(self.options, units: touched.count, latencies: nil)
    }

    func catchUp() async throws -> JSON {
        var settings = SubscriptionOptions()
        settings.pageSize = self.options.slice
        var touched = Touched()
        let meter = Meter()
        let subscription = try await self.client.subscribe(
            to: self.options.stream, from: .start, options: settings)
        for try await event in subscription.events {
            touched.add(event)
            if touched.count == self.options.count { break }
        }
        return meter.report(self.options, units: touched.count, latencies: nil)
    }

    func persistent() async throws -> JSON {
        let options = self.options
        let subscription = try await self.client.connectSubscription(
            options.group, to: options.stream, bufferSize: options.window)
        print(#"{"ready":true}"#)
        try flushOutput()
        var touched = Touched()
        var meter = Meter()
        for try await event in subscription.events {
            if touched.count == 0 { meter = Meter() }
            touched.add(event.resolved)
            subscription.ack(event)
            if touched.count == options.count { break }
        }
        return meter.report(options, units: touched.count, latencies: nil)
    }

    func createSubscription() async throws -> JSON {
        var settings = PersistentSubscriptionSettings()
        settings.startFrom = .start
        // So that the server is not what is measured.
        (settings.liveBufferSize, settings.readBatchSize, settings.bufferSize) = (1000, 500, 2000)
        let meter = Meter()
        let start = ContinuousClock.now
        try await self.client.createSubscription(self.options.group, to: self.options.stream, settings: settings)
        return meter.report(self.options, units: 1, latencies: [.now - start])
    }
}
