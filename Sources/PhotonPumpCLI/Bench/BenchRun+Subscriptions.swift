import PhotonPump

/// The scenarios of subscriptions.
extension BenchRun {
    func subscribe() async throws -> JSON {
        let subscription = try await self.client.subscribe(to: self.options.stream)
        try Self.sayReady()
        return try await self.touch(subscription.events, self.options.count) { $0 }.report(self.options)
    }

    func catchUp() async throws -> JSON {
        var settings = SubscriptionOptions()
        settings.pageSize = self.options.slice
        let meter = Meter()
        let subscription = try await self.client.subscribe(to: self.options.stream, from: .start, options: settings)
        return try await self.touch(subscription.events, self.options.count, since: meter) { $0 }.report(self.options)
    }

    func persistent() async throws -> JSON {
        let subscription = try await self.client.connectSubscription(
            self.options.group, to: self.options.stream, bufferSize: self.options.window)
        try Self.sayReady()
        return try await self.touch(subscription.events, self.options.count) { event in
            subscription.ack(event)
            return event.resolved
        }.report(self.options)
    }

    private static func sayReady() throws {
        Output.line(#"{"ready":true}"#)
        try flushOutput()
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
