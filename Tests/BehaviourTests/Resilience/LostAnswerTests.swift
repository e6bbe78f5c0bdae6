import EmbeddedEventStore
import PhotonPump
import Testing

@Suite(
    "What is done once although its answer is lost", .timeLimit(.minutes(1)),
    .enabled(if: TestServer.isEmbedded, "makes the server fail"))
struct LostAnswerTests {
    /// Runs `body` with a server, a client, and another one that stays connected when nobody else can connect.
    static func run(
        _ adjust: (inout Client.Configuration) -> Void = { _ in },
        _ body: (EmbeddedServer, Client, Client) async throws -> Void
    ) async throws {
        var settings = EmbeddedServer.Configuration()
        settings.httpPort = 0
        try await withEmbeddedServer(settings, logger: .silent) { server in
            var configuration = try TestServer.configuration(server.connectionString)
            configuration.reconnection.firstDelay = .milliseconds(1)
            configuration.reconnection.maximumDelay = .milliseconds(10)
            adjust(&configuration)
            try await withClient(configuration, logger: .silent) { client in
                try await withClient(configuration, logger: .silent) { try await body(server, client, $0) }
            }
        }
    }

    /// Begins a call whose connection is lost around the request, and lets it go on after `meanwhile`.
    static func lose<R: Sendable>(
        _ request: EmbeddedServer.Fault.Request, _ moment: EmbeddedServer.Fault.Moment, of server: EmbeddedServer,
        _ call: @escaping @Sendable () async throws -> R, meanwhile: () async throws -> Void
    ) async throws -> R {
        let outage = try await server.faults.add(.refuseConnections)
        let loss = try await server.faults.add(.dropConnection(moment, to: request, times: 1))
        let result = Task { try await call() }
        try await loss.waitForEffect()
        try await meanwhile()
        try await outage.lift()
        return try await result.value
    }

    @Test("S76: a thousand writes on their way at once are each made once")
    func manyWrites() async throws {
        try await Self.run { server, client, _ in
            let events = try Pony.events(1000)
            let outage = try await server.faults.add(.refuseConnections)
            // Half of them are made.
            let loss = try await server.faults.add(
                .dropConnection(.beforeReply, to: .writeEvents, times: 1).skipping(500))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for event in events { group.addTask { try await client.publishEvent(event, to: "ponies") } }
                try await loss.waitForEffect()
                try await outage.lift()
                try await group.waitForAll()
            }
            let ids = try await client.get("ponies", maxCount: 2000).events.map(\.id)
            #expect(ids.count == events.count)
            #expect(Set(ids) == Set(events.map(\.id)))
        }
    }

    @Test("S76: a write in doubt keeps no later one from being found, however much is written in between")
    func behindDoubt() async throws {
        try await Self.run {
            $0.retries.searchLimit = 20
        } _: { server, client, _ in
            try await client.publish(try Pony.events(1), to: "ponies")
            try await server.faults.add(.loseReply(to: .writeEvents, times: 1))
            let doubtful = try Pony.events(1)
            let error = await #expect(throws: PhotonPumpError.self) {
                try await client.publish(
                    doubtful, to: "ponies", options: CallOptions(timeout: .milliseconds(200)))
            }
            #expect(error?.mayHaveBeenApplied == true)
            try await client.publish(try Pony.events(500), to: "ponies")
            let result = try await Self.lose(.writeEvents, .beforeHandling, of: server) {
                try await client.publish(try Pony.events(1), to: "ponies")
            } meanwhile: {
            }
            #expect(result.firstEventNumber == 502)
            #expect(try await client.lastEventNumber(of: "ponies") == 502)
        }
    }

    @Test(
        "S77: a stream that was deleted is not deleted again with what was written since",
        arguments: [.any, .version(2)] as [ExpectedVersion])
    func deleted(_ expected: ExpectedVersion) async throws {
        try await Self.run { server, client, other in
            try await client.publish(try Pony.events(3), to: "ponies")
            _ = try await Self.lose(.deleteStream, .beforeReply, of: server) {
                try await client.deleteStream("ponies", expecting: expected)
            } meanwhile: {
                try await other.publish(try Pony.events(1), to: "ponies")
            }
            #expect(try await client.get("ponies").events.map(\.number) == [3])
        }
    }

    @Test("S77: a stream that was not deleted is deleted as it is then, unless that was not wanted")
    func notDeleted() async throws {
        try await Self.run { server, client, other in
            for expected in [.any, .version(2)] as [ExpectedVersion] {
                let stream = "ponies-\(expected)"
                try await client.publish(try Pony.events(3), to: stream)
                let result = await Result {
                    try await Self.lose(.deleteStream, .beforeHandling, of: server) {
                        try await client.deleteStream(stream, expecting: expected)
                    } meanwhile: {
                        try await other.publish(try Pony.events(1), to: stream)
                    }
                }
                switch expected {
                case .any:
                    _ = try result.get()
                    #expect(try await client.lastEventNumber(of: stream) == nil)
                default:
                    let error = try #require(throws: PhotonPumpError.self) { try result.get() }
                    #expect((error.conflict?.expected, error.conflict?.actual) == (.version(2), 3))
                }
            }
        }
    }

    @Test("S77: a delete that is repeated in doubt says so of the conflict that it meets, and is not repeated again")
    func deletedInDoubt() async throws {
        try await Self.run {
            $0.retries.doubtfulWrites = .repeat
        } _: { server, client, other in
            try await other.publish(try Pony.events(3), to: "ponies")
            let unreadable = StreamACL(read: ["$admins"], write: ["$all"], delete: ["$all"])
            try await other.setMetadata(StreamMetadata(acl: unreadable), of: "ponies")
            let options = CallOptions(credentials: Credentials(username: "ops", password: "changeit"))
            let error = try await failure {
                try await Self.lose(.deleteStream, .beforeHandling, of: server) {
                    try await client.deleteStream("ponies", expecting: .version(2), options: options)
                } meanwhile: {
                    try await other.publish(try Pony.events(1), to: "ponies")
                }
            }
            #expect(error.code == .wrongExpectedVersion)
            #expect((error.conflict?.expected, error.attempts) == (.version(2), 2))
            #expect(error.mayHaveBeenApplied && !error.isSafeToRepeat)
            #expect(error.message.contains("could not be found out whether it was done"))
            #expect(try await other.lastEventNumber(of: "ponies") == 3)
        }
    }

    @Test("S77: a delete whose connections end again and again is sent as often as it may be, and says how often")
    func deleteLimit() async throws {
        try await Self.run {
            $0.retries.maximum = 2
        } _: { server, client, _ in
            try await client.publish(try Pony.events(3), to: "ponies")
            let losses = try await server.faults.add(.dropConnection(.beforeHandling, to: .deleteStream))
            let error = try await failure { try await client.deleteStream("ponies") }
            #expect((error.code, error.attempts, losses.effectCount) == (.connectionLost, 3, 3))
            #expect(error.mayHaveBeenApplied)
        }
    }

    @Test(
        "S77: a tombstone is set once", arguments: [.beforeHandling, .beforeReply] as [EmbeddedServer.Fault.Moment],
        [.any, .version(2), .noStream] as [ExpectedVersion])
    func tombstone(_ moment: EmbeddedServer.Fault.Moment, _ expected: ExpectedVersion) async throws {
        try await Self.run { server, client, _ in
            if expected != .noStream { try await client.publish(try Pony.events(3), to: "ponies") }
            _ = try await Self.lose(.deleteStream, moment, of: server) {
                try await client.tombstoneStream("ponies", expecting: expected)
            } meanwhile: {
            }
            #expect(try await failure { try await client.get("ponies") }.code == .streamDeleted)
        }
    }

    @Test(
        "S77: a transaction is committed once",
        arguments: [.beforeHandling, .beforeReply] as [EmbeddedServer.Fault.Moment],
        [.any, .version(0)] as [ExpectedVersion])
    func commit(_ moment: EmbeddedServer.Fault.Moment, _ expected: ExpectedVersion) async throws {
        try await Self.run { server, client, other in
            try await client.publish(try Pony.events(1), to: "ponies")
            let transaction = try await client.startTransaction(on: "ponies", expecting: expected)
            try await transaction.write(try Pony.events(2))
            try await transaction.write(try Pony.events(3))
            let result = try await Self.lose(.transactionCommit, moment, of: server) {
                try await transaction.commit()
            } meanwhile: {
                if moment == .beforeReply { try await other.publish(try Pony.events(1), to: "ponies") }
            }
            #expect((result.firstEventNumber, result.lastEventNumber) == (1, 5))
            #expect(result.wasAlreadyWritten == (moment == .beforeReply))
            #expect(try await client.lastEventNumber(of: "ponies") == (moment == .beforeReply ? 6 : 5))
        }
    }

    @Test(
        "S77: the commit of a transaction that was begun elsewhere is in doubt, and says so", arguments: [false, true])
    func foreignCommit(_ isRepeated: Bool) async throws {
        let settings: (inout Client.Configuration) -> Void = {
            $0.retries.doubtfulWrites = isRepeated ? .repeat : .fail
        }
        try await Self.run(settings) { server, client, other in
            let transaction = try await other.startTransaction(on: "ponies")
            try await transaction.write(try Pony.events(2))
            let continued = client.transaction(transaction.id, on: "ponies")
            let result = await Result {
                try await Self.lose(.transactionCommit, .beforeReply, of: server) {
                    try await continued.commit()
                } meanwhile: {
                }
            }
            if isRepeated {
                #expect(try result.get().wasAlreadyWritten)
            } else {
                let error = try #require(throws: PhotonPumpError.self) { try result.get() }
                #expect(error.code == .connectionLost)
                #expect(error.mayHaveBeenApplied && !error.isSafeToRepeat)
            }
            #expect(try await client.lastEventNumber(of: "ponies") == 1)
        }
    }

    @Test("S77: a persistent subscription is created and deleted once", arguments: [true, false])
    func group(_ hasSameSettings: Bool) async throws {
        try await Self.run { server, client, other in
            let port = try #require(server.httpPort)
            let wanted = PersistentSubscriptionSettings()
            var others = wanted
            others.maximumRetryCount += hasSameSettings ? 0 : 1
            let result = await Result {
                try await Self.lose(.createPersistentSubscription, .beforeHandling, of: server) {
                    try await client.createSubscription("herd", to: "ponies", settings: wanted, httpPort: port)
                } meanwhile: { [others] in
                    try await other.createSubscription("herd", to: "ponies", settings: others)
                }
            }
            if hasSameSettings {
                try result.get()
            } else {
                let error = try #require(throws: PhotonPumpError.self) { try result.get() }
                #expect(error.code == .subscriptionExists)
                #expect(error.mayHaveBeenApplied)
            }
            try await Self.lose(.deletePersistentSubscription, .beforeReply, of: server) {
                try await client.deleteSubscription("herd", to: "ponies")
            } meanwhile: {
            }
        }
    }

    @Test("S77: whether a request was carried out can be found out while the client is being closed with patience")
    func closing() async throws {
        try await Self.run { server, client, other in
            let port = try #require(server.httpPort)
            try await client.publish(try Pony.events(3), to: "ponies")
            var closing: Task<Void, Never>?
            async let deletion = client.deleteStream("ponies")
            try await Self.lose(.createPersistentSubscription, .beforeReply, of: server) {
                try await client.createSubscription("herd", to: "ponies", httpPort: port)
            } meanwhile: {
                closing = await client.beginClosing()
            }
            _ = try await deletion
            await closing?.value
            #expect(try await other.lastEventNumber(of: "ponies") == nil)
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
