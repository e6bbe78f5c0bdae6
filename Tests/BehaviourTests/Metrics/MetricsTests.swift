import EmbeddedEventStore
import Metrics
import MetricsTestKit
import PhotonPumpTransport
import Testing

@testable import PhotonPump

@Suite("Metrics", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded))
struct MetricsTests {
    private let metrics = TestMetrics()

    private func configuration(_ server: EmbeddedServer) throws -> Client.Configuration {
        var configuration = try Client.Configuration(server.connectionString)
        configuration.operationTimeout = .seconds(50)
        return configuration
    }

    /// A value of an instrument; nil if there is none.
    private func value(_ name: String, _ dimensions: [String: String] = [:]) -> Int? {
        Instrument.all(of: self.metrics).first { $0.name == "photonpump_\(name)" && $0.dimensions == dimensions }?.value
    }

    private func peak(_ name: String) throws -> Double {
        try self.metrics.expectMeter("photonpump_\(name)").values.max() ?? 0
    }

    // MARK: The table

    @Test("metrics are those of the documentation's table, each with its kind, dimensions and values")
    func table() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await self.work(server)
            try await self.watch(server)
            try await self.crowd(server)
            try await self.outage(server)
        }
        let rows = Dictionary(grouping: Instrument.all(of: self.metrics), by: \.name)
        let article = try MetricsArticle()
        #expect(Set(rows.keys) == Set(article.rows.map(\.name)))
        #expect(article.rows.count == rows.count)
        for row in article.rows {
            let instruments = rows[row.name] ?? []
            // What subscriptions hold is sampled too rarely to be seen here.
            let isSampled = row.kind == "meter" && row.name.contains("_subscription_")
            #expect(isSampled || instruments.contains { $0.isUsed }, "nothing reports \(row.name)")
            for instrument in instruments {
                #expect(instrument.kind == row.kind, "\(instrument)")
                #expect(Set(instrument.dimensions.keys) == Set(row.dimensions.keys), "\(instrument)")
            }
            for (dimension, values) in row.dimensions where !values.isEmpty {
                #expect(Set(instruments.compactMap { $0.dimensions[dimension] }) == values, "\(row.name)")
            }
        }
    }

    @Test("metrics of some work are those of the documentation's example")
    func example() async throws {
        try await withEmbeddedServer(logger: .silent) { try await self.work($0) }
        let variable = ["bytes", "packages", "heartbeat", "time_without"]
        let lines = Instrument.all(of: self.metrics)
            .filter { $0.isUsed && $0.kind != "meter" }
            .filter { instrument in !variable.contains { instrument.name.contains($0) } }
            .map(\.description)
        print(lines.joined(separator: "\n"))
        let article = try MetricsArticle()
        #expect(lines == article.example)
    }

    /// The documentation's example.
    private func work(_ server: EmbeddedServer) async throws {
        try await withClient(self.configuration(server), logger: .silent, metrics: self.metrics) { client in
            try await client.publish(try Pony.events(2), to: "ponies")
            _ = try await client.getEvent(0, in: "ponies")
            _ = try await failure { _ = try await client.getEvent(0, in: "zebras") }
            _ = try await failure { try await client.publish(try Pony.events(1), to: "ponies", expecting: .noStream) }
            try await server.faults.add(.dropConnection(.beforeReply, to: .writeEvents, times: 1))
            try await client.publish(try Pony.events(1), to: "ponies")
            try await self.follow(client)
            try await self.consume(client)
        }
    }

    private func follow(_ client: Client) async throws {
        var options = SubscriptionOptions()
        options.name = "model"
        let subscription = try await client.subscribe(to: "ponies", from: .end, options: options)
        let changes = subscription.changes
        let following = Task { for try await _ in subscription.events { break } }
        await subscription.isLive(changes)
        try await client.publish(try Pony.events(1), to: "ponies")
        try await following.value
    }

    private func consume(_ client: Client) async throws {
        var settings = PersistentSubscriptionSettings()
        settings.startFrom = .start
        try await client.createSubscription("herd", to: "ponies", settings: settings)
        let herd = try await client.connectSubscription("herd", to: "ponies", bufferSize: 4, name: "herd")
        var handled = 0
        for try await event in herd.events {
            switch event.received.number {
            case 1: herd.nack(event, action: .park, reason: "lame")
            case 2 where event.retryCount == 0: herd.nack(event)
            default:
                herd.ack(event)
                handled += 1
            }
            if handled == 3 { break }
        }
        await client.close(drainingFor: .seconds(30))
    }

    /// A subscription of each kind.
    private func watch(_ server: EmbeddedServer) async throws {
        try await withClient(self.configuration(server), logger: .silent, metrics: self.metrics) { client in
            var settings = PersistentSubscriptionSettings()
            settings.startFrom = .start
            try await client.createSubscription("flock", to: "ponies", settings: settings)
            let ponies = try await client.subscribe(to: "ponies", from: .start)
            let all = try await client.subscribeToAll(from: .start)
            let flock = try await client.connectSubscription("flock", to: "ponies")
            for try await _ in all.events { break }
            ponies.stop()
            flock.stop()
        }
    }

    /// More calls than are sent at once.
    private func crowd(_ server: EmbeddedServer) async throws {
        var configuration = try self.configuration(server)
        configuration.maximumInFlight = 1
        configuration.maximumWaiting = 1
        try await withClient(configuration, logger: .silent, metrics: self.metrics) { client in
            let hold = try await server.faults.add(.holdReply(to: .ping, times: 1))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 { group.addTask { try await client.ping() } }
                while await client.load != ClientLoad(inFlight: 1, waiting: 1, suspended: 3) { await Task.yield() }
                try await hold.lift()
                try await group.waitForAll()
            }
        }
    }

    /// A server that is away for a while, and then silent.
    private func outage(_ server: EmbeddedServer) async throws {
        var configuration = try self.configuration(server)
        configuration.heartbeat.interval = .milliseconds(50)
        configuration.reconnection.firstDelay = .milliseconds(1)
        try await withClient(configuration, logger: .silent, metrics: self.metrics) { client in
            while self.value("heartbeat_round_trip") == 0 { await Task.yield() }
            await server.kill()
            let failed = ["reason": "connectionFailed"]
            while self.value("connection_attempts_failed_total", failed) ?? 0 == 0 { await Task.yield() }
            try await server.restart(keepingData: true)
            try await client.ping()
        }
    }

    // MARK: What they say

    @Test("metrics tell requests by outcome, and count one that is cancelled")
    func outcomes() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient(self.configuration(server), logger: .silent, metrics: self.metrics) { client in
                try await client.ping()
                try await client.ping()
                let hold = try await server.faults.add(.holdReply(to: .ping, times: 1))
                let call = Task { try await client.ping() }
                try await hold.waitForEffect()
                call.cancel()
                await #expect(throws: CancellationError.self) { try await call.value }
                try await server.faults.add(.holdReply(to: .ping, times: 1))
                _ = try await failure { try await client.ping(options: CallOptions(timeout: .milliseconds(50))) }
            }
        }
        #expect(self.value("request_duration", ["command": "Ping", "outcome": "success"]) == 2)
        #expect(self.value("request_duration", ["command": "Ping", "outcome": "cancelled"]) == 1)
        #expect(self.value("request_duration", ["command": "Ping", "outcome": "timedOut"]) == 1)
        let timers = self.metrics.timers(label: "photonpump_request_duration")
        #expect(timers.flatMap(\.values).allSatisfy { $0 > 0 })
    }

    @Test("metrics of the calls under way rise with them, and are zero when they are over")
    func load() async throws {
        try await withEmbeddedServer(logger: .silent) { try await self.crowd($0) }
        #expect(try self.peak("requests_in_flight") == 1)
        #expect(try self.peak("calls_suspended") == 3)
        for name in ["requests_in_flight", "requests_waiting", "calls_suspended", "clients_connected"] {
            #expect(self.value(name) == 0)
        }
    }

    @Test("metrics of the calls under way are zero once the client is closed in their midst")
    func closing() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient(self.configuration(server), logger: .silent, metrics: self.metrics) { client in
                let hold = try await server.faults.add(.holdReply(to: .ping, times: 1))
                async let call = failure { try await client.ping() }
                try await hold.waitForEffect()
                #expect(await client.load.inFlight == 1)
                #expect(self.value("requests_in_flight") == 1)
                await client.close()
                #expect(self.value("requests_in_flight") == 0)
                #expect(try await call.code == .clientClosed)
            }
        }
        #expect(self.value("request_duration", ["command": "Ping", "outcome": "clientClosed"]) == 1)
    }

    @Test("metrics tell why connections ended, and for how long there was none")
    func connections() async throws {
        try await withEmbeddedServer(logger: .silent) { try await self.outage($0) }
        #expect(self.value("connections_made_total") == 2)
        #expect(self.value("connections_ended_total", ["reason": "network"]) == 1)
        #expect(self.value("connections_ended_total", ["reason": "closed"]) == 1)
        #expect(self.value("time_without_connection") == 1)
        let timer = try self.metrics.expectTimer("photonpump_time_without_connection")
        #expect(timer.values.allSatisfy { $0 > 0 })
    }

    @Test("metrics tell why requests are sent again")
    func retries() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient(self.configuration(server), logger: .silent, metrics: self.metrics) { client in
                try await server.faults.add(.answer(.tooBusy, to: .ping, times: 3))
                try await client.ping()
                try await server.faults.add(.timeOutWrites(in: .commit, afterWriting: true, times: 1))
                try await client.publish(try Pony.events(1), to: "ponies")
                try await server.faults.add(.dropConnection(.beforeReply, to: .ping, times: 1))
                try await client.ping()
            }
        }
        let reasons = ["notHandled", "serverTimeout", "connectionLost"]
        #expect(reasons.map { self.value("retries_total", ["reason": $0]) } == [3, 1, 1])
    }

    @Test("metrics count each byte and package that the client sends and receives")
    func traffic() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient(self.configuration(server), logger: .silent, metrics: self.metrics) { client in
                func totals() async -> [Int] {
                    // Once the client has done with what it has just received.
                    _ = await client.load
                    return ["bytes", "packages"].flatMap { name in
                        ["in", "out"].map { self.value("\(name)_total", ["direction": $0]) ?? 0 }
                    }
                }
                let before = await totals()
                for _ in 0..<10 { try await client.ping() }
                // A package without content: its length, command, flags and correlation id.
                let after = await totals()
                #expect(zip(after, before).map(-) == [220, 220, 10, 10])
            }
        }
    }

    @Test("metrics of clients that share a factory add up")
    func sharing() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let configuration = try self.configuration(server)
            try await withClient(configuration, logger: .silent, metrics: self.metrics) { _ in
                try await withClient(configuration, logger: .silent, metrics: self.metrics) { _ in
                    #expect(self.value("clients_connected") == 2)
                }
                #expect(self.value("clients_connected") == 1)
            }
        }
        #expect(self.value("clients_connected") == 0)
    }

    @Test("metrics are not collected where there is no backend")
    func noBackend() throws {
        #expect(ClientMetrics(NOOPMetricsHandler.instance, .system) == nil)
        let client = try Client("tcp://localhost:1113")
        #expect(client.context.metrics == nil)
    }
}
