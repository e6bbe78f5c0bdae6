import EmbeddedEventStore
import PhotonPump
import Testing

@Suite("Following, through losses", .timeLimit(.minutes(2)), .enabled(if: TestServer.isEmbedded, "cuts connections"))
struct SubscriptionLossTests {
    static func run(_ body: (EmbeddedServer, Client) async throws -> Void) async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            var configuration = try TestServer.configuration(server.connectionString)
            configuration.reconnection.firstDelay = .milliseconds(1)
            configuration.reconnection.maximumDelay = .milliseconds(5)
            try await withClient(configuration, logger: .silent) { try await body(server, $0) }
        }
    }

    @Test(
        "S23: a subscription goes on behind the last event that was given when connections end while history is read",
        arguments: [.beforeHandling, .beforeReply, .withinReply] as [EmbeddedServer.Fault.Moment])
    func history(_ moment: EmbeddedServer.Fault.Moment) async throws {
        try await Self.run { server, client in
            try await client.publish(Pony.events(100), to: "ponies")
            let losses = try await server.faults.add(
                .dropConnection(moment, to: .readStreamForward, times: 3).skipping(2))
            var options = SubscriptionOptions()
            options.pageSize = 7
            let subscription = try await client.subscribe(to: "ponies", from: .start, options: options)
            var events = subscription.events.makeAsyncIterator()
            for number in 0..<100 as Range<Int64> {
                #expect(try await events.next()?.number == number)
                if number == 60 {
                    #expect(subscription.status.phase == .readingHistory)
                    await server.dropConnections()
                }
            }
            #expect(losses.effectCount == 3)
            try await client.publish(Pony.events(1), to: "ponies")
            #expect(try await events.next()?.number == 100)
        }
    }

    @Test(
        "S24: a subscription ends up live however fast the losses follow each other, and can still be stopped, on the server too"
    )
    func quickLosses() async throws {
        try await Self.run { server, client in
            let subscription = try await client.subscribe(to: "ponies", from: .start)
            let (changes, all, connections) = (subscription.changes, subscription.changes, await client.changes)
            await subscription.isLive(changes)
            for number in 0..<20 {
                await server.dropConnections(abruptly: number % 2 == 0)
                // Whatever the subscription has come to by then, this connection is the next one to be lost.
                for await case .connected in connections { break }
            }
            try await client.publish(Pony.events(3), to: "ponies")
            var events = subscription.events.makeAsyncIterator()
            for number in 0..<3 as Range<Int64> { #expect(try await events.next()?.number == number) }
            await subscription.isLive(changes)
            try await client.publish(Pony.events(1), to: "ponies")
            #expect(try await events.next()?.number == 3)
            subscription.stop()
            #expect(try await events.next() == nil)
            let names = await all.upTo("ended").map(\.name)
            #expect((1...20).contains(names.filter { $0 == "interrupted" }.count), "\(names)")
            #expect(names.last { ["interrupted", "resumed"].contains($0) } == "resumed")
            try await client.ping()
            #expect(await server.leftovers == [])
        }
    }

    @Test(
        "S25: a subscription tells of five losses and five resumptions, wherever it began",
        arguments: [.start, .end] as [SubscriptionStart<Int64>])
    func fiveLosses(_ start: SubscriptionStart<Int64>) async throws {
        try await Self.run { server, client in
            let subscription = try await client.subscribe(to: "ponies", from: start)
            let changes = subscription.changes
            var events = subscription.events.makeAsyncIterator()
            await subscription.isLive(changes)
            var seen: [SubscriptionChange<Int64>] = []
            for number in 0..<5 as Range<Int64> {
                await server.dropConnections(abruptly: number % 2 == 0)
                seen += await changes.comeback()
                try await client.publish(Pony.events(1), to: "ponies")
                #expect(try await events.next()?.number == number)
            }
            subscription.stop()
            seen += await changes.upTo("ended")
            var interruptions = 0
            for case .interrupted(let attempt, let cause) in seen {
                interruptions += 1
                #expect(attempt == 1)
                #expect(cause.code == .connectionLost)
            }
            #expect(interruptions == 5)
            #expect(seen.filter { $0.name == "resumed" }.count == 5)
        }
    }

    @Test(
        "S26: a subscription that began behind the last event gives no old one after a loss",
        arguments: [.after(4), .end] as [SubscriptionStart<Int64>])
    func behindTheLast(_ start: SubscriptionStart<Int64>) async throws {
        try await Self.run { server, client in
            try await client.publish(Pony.events(5), to: "ponies")
            let subscription = try await client.subscribe(to: "ponies", from: start)
            let changes = subscription.changes
            await subscription.isLive(changes)
            await server.dropConnections()
            _ = await changes.comeback()
            try await client.publish(Pony.events(2), to: "ponies")
            var events = subscription.events.makeAsyncIterator()
            for number in 5..<7 as Range<Int64> { #expect(try await events.next()?.number == number) }
        }
    }

    @Test(
        "S27: a subscription that has come to event 0 does not give it again after a loss",
        arguments: [.start, .from(0), .after(0)] as [SubscriptionStart<Int64>])
    func eventZero(_ start: SubscriptionStart<Int64>) async throws {
        try await Self.run { server, client in
            try await client.publish(Pony.events(1), to: "ponies")
            let subscription = try await client.subscribe(to: "ponies", from: start)
            let changes = subscription.changes
            var events = subscription.events.makeAsyncIterator()
            if start != .after(0) { #expect(try await events.next()?.number == 0) }
            await subscription.isLive(changes)
            await server.dropConnections()
            _ = await changes.comeback()
            try await client.publish(Pony.events(1), to: "ponies")
            #expect(try await events.next()?.number == 1)
        }
    }

    @Test("S28: a subscription to $all goes on behind the position at which the connection was lost")
    func readingAll() async throws {
        try await Self.run { server, client in
            try await client.publish(Pony.events(100), to: "ponies")
            var numbers: [Int64] = []
            for try await event in client.iterAll(pageSize: 7) where event.stream == "ponies" {
                numbers.append(event.number)
                if numbers.count % 20 == 0 { await server.dropConnections() }
            }
            #expect(numbers == Array(0..<100))
        }
    }

    @Test(
        "S36: a subscription tells when it is live, still live, behind, interrupted and resumed; and between which events"
    )
    func everyChange() async throws {
        try await Self.run { server, client in
            try await client.publish(Pony.events(1), to: "ponies")
            var options = SubscriptionOptions()
            options.maximumBufferedEvents = 3
            options.livenessInterval = .milliseconds(50)
            let subscription = try await client.subscribe(to: "ponies", from: .start, options: options)
            let changes = subscription.changes
            var messages = subscription.messages.makeAsyncIterator()
            var told: [String] = []
            func take(upTo message: String) async throws {
                while told.last != message, let next = try await messages.next() { told.append(next.name) }
            }
            // So that the first event is taken together with the message behind it, and counts as held.
            await subscription.isLive(changes)
            try await take(upTo: "live")
            _ = await changes.upTo("stillLive")
            try await client.publish(Pony.events(6), to: "ponies")
            var seen = await changes.upTo("fellBehind")
            try await take(upTo: "fellBehind")
            try await take(upTo: "live")
            seen += await changes.upTo("live")
            await server.dropConnections()
            seen += await changes.comeback()
            try await take(upTo: "fellBehind")
            try await take(upTo: "live")
            subscription.stop()
            seen += await changes.upTo("ended")
            #expect(
                seen.map(\.name).filter { $0 != "stillLive" } == [
                    "fellBehind", "readingHistory", "live",
                    "interrupted", "readingHistory", "resumed", "live", "ended",
                ])
            #expect(
                told == [
                    "0", "live", "1", "2", "fellBehind", "3", "4", "5", "6", "live", "fellBehind", "live",
                ])
        }
    }

    @Test(
        "S62: a subscription goes on when the last node alive was no master and a new one appears, wherever the client was",
        arguments: [true, false])
    func newMaster(wasThere: Bool) async throws {
        try await withEmbeddedCluster(logger: .silent) { cluster in
            var configuration = try TestServer.configuration(cluster.connectionString)
            configuration.nodePreference = .follower
            configuration.discovery.gossipTimeout = .seconds(30)
            configuration.discovery.interval = .milliseconds(10)
            configuration.reconnection.maximumDelay = .milliseconds(100)
            try await withClient(configuration, logger: .silent) { client in
                try await Self.write(0..<2, to: 0, of: cluster)
                let subscription = try await client.subscribe(to: "ponies", from: .start)
                let changes = subscription.changes
                var events = subscription.events.makeAsyncIterator()
                for number in 0..<2 as Range<Int64> { #expect(try await events.next()?.number == number) }
                await subscription.isLive(changes)
                let node = await cluster.nodes[1].port == client.status.endpoint?.port ? 1 : 2
                let last = wasThere ? node : 3 - node
                try await cluster.kill(3 - last)
                try await cluster.kill(0, election: .onDemand)
                #expect(await cluster.master == nil)
                try await cluster.restart(0)
                try await cluster.moveMaster(to: 0)
                try await Self.write(2..<4, to: 0, of: cluster)
                for number in 2..<4 as Range<Int64> { #expect(try await events.next()?.number == number) }
                try await cluster.kill(last)
                try await Self.write(4..<6, to: 0, of: cluster)
                for number in 4..<6 as Range<Int64> { #expect(try await events.next()?.number == number) }
            }
        }
    }

    /// Writes to a node, by a client of its own.
    private static func write(_ numbers: Range<Int64>, to node: Int, of cluster: EmbeddedCluster) async throws {
        let configuration = try TestServer.configuration(cluster.nodes[node].connectionString)
        try await withClient(configuration, logger: .silent) { client in
            let written = try await client.publish(Pony.events(numbers.count), to: "ponies")
            #expect(written.firstEventNumber == numbers.lowerBound)
        }
    }
}

extension SubscriptionMessage {
    /// The event's number, or what else it is.
    fileprivate var name: String {
        if case .event(let event) = self { "\(event.number)" } else { String("\(self)".prefix { $0.isLetter }) }
    }
}
