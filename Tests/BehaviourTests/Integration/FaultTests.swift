import EmbeddedEventStore
import PhotonPump
import Testing

@Suite("Faults", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded, "makes the server fail"))
struct FaultTests {
    private static func run(
        _ adjust: (inout Client.Configuration) -> Void = { _ in },
        _ body: (EmbeddedServer, Client) async throws -> Void
    ) async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            var configuration = try TestServer.configuration(server.connectionString)
            configuration.reconnection.firstDelay = .milliseconds(1)
            configuration.reconnection.maximumDelay = .milliseconds(10)
            adjust(&configuration)
            try await withClient(configuration, logger: .silent) { try await body(server, $0) }
        }
    }

    @Test("S54: a write whose reply is lost can be repeated with the same ids")
    func lostReply() async throws {
        try await Self.run { server, client in
            let events = try Pony.events(2)
            let loss = try await server.faults.add(.loseReply(to: .writeEvents, times: 1))
            let options = CallOptions(timeout: .milliseconds(300))
            let error = try await failure { try await client.publish(events, to: "ponies", options: options) }
            #expect(error.code == .timedOut)
            #expect(error.mayHaveBeenApplied)
            try await loss.waitForEffect()
            let again = try await client.publish(events, to: "ponies")
            #expect(again.wasAlreadyWritten)
            #expect(again.lastEventNumber == 1)
        }
    }

    @Test(
        "S8: a server that is not ready, or too busy, is asked again",
        arguments: [.notReady, .tooBusy] as [EmbeddedServer.Fault.Refusal])
    func notReady(_ refusal: EmbeddedServer.Fault.Refusal) async throws {
        try await Self.run { server, client in
            let fault = try await server.faults.add(.answer(refusal, to: .writeEvents, times: 2))
            #expect(try await client.publish(try Pony.events(1), to: "ponies").lastEventNumber == 0)
            #expect(fault.effectCount == 2)
        }
    }

    @Test(
        "S4: a write whose connection ends is made once, and has one outcome",
        arguments: [
            (.beforeHandling, false), (.beforeReply, true), (.withinReply, true),
        ] as [(EmbeddedServer.Fault.Moment, Bool)])
    func dropped(_ row: (moment: EmbeddedServer.Fault.Moment, isWritten: Bool)) async throws {
        try await Self.run { server, client in
            try await server.faults.add(.dropConnection(row.moment, to: .writeEvents, times: 1))
            let events = try Pony.events(1)
            // The client connects again and repeats the write by itself.
            let result = try await client.publish(events, to: "ponies")
            #expect(result.wasAlreadyWritten == row.isWritten)
            #expect(try await client.lastEventNumber(of: "ponies") == 0)
        }
    }

    @Test(
        "S54: a write whose reply is lost with its connection, and which the client repeats, has its first place",
        arguments: [.any, .version(2)] as [ExpectedVersion])
    func repeated(_ expected: ExpectedVersion) async throws {
        try await Self.run { server, client in
            try await client.publish(try Pony.events(3), to: "ponies")
            let other = try Client(server.connectionString, logger: .silent)
            try await other.connect()
            let outage = try await server.faults.add(.refuseConnections)
            let loss = try await server.faults.add(.dropConnection(.beforeReply, to: .writeEvents, times: 1))
            let call = Task { try await client.publish(try Pony.events(2), to: "ponies", expecting: expected) }
            try await loss.waitForEffect()
            // Others go on writing before the repetition.
            try await other.publish(try Pony.events(1), to: "ponies")
            await other.close()
            try await outage.lift()
            let result = try await call.value
            #expect((result.firstEventNumber, result.lastEventNumber) == (3, 4))
            #expect(result.wasAlreadyWritten)
            #expect(try await client.lastEventNumber(of: "ponies") == 5)
        }
    }

    @Test(
        "a write within a transaction whose connection ends is not repeated, and says that it may have been made",
        arguments: [(.beforeHandling, false), (.beforeReply, true)] as [(EmbeddedServer.Fault.Moment, Bool)])
    func transaction(_ row: (moment: EmbeddedServer.Fault.Moment, isWritten: Bool)) async throws {
        try await Self.run { server, client in
            let transaction = try await client.startTransaction(on: "ponies")
            let loss = try await server.faults.add(.dropConnection(row.moment, to: .transactionWrite, times: 1))
            let error = try await failure { try await transaction.write(try Pony.events(1)) }
            #expect(error.code == .connectionLost)
            #expect(error.mayHaveBeenApplied)
            #expect(!error.isSafeToRepeat)
            #expect(error.attempts == 1)
            #expect(loss.effectCount == 1)
            // The rest of it goes on, on another connection.
            try await transaction.write(try Pony.events(1))
            let result = try await transaction.commit()
            #expect(result.lastEventNumber == (row.isWritten ? 1 : 0))
        }
    }

    @Test("a request whose connections end again and again is sent as often as it may be", arguments: [0, 1, 3])
    func retryLimit(_ maximum: Int) async throws {
        let limit: (inout Client.Configuration) -> Void = { $0.retries.maximum = maximum }
        try await Self.run(limit) { server, client in
            for (request, effect) in Self.lostRequests {
                let losses = try await server.faults.add(.dropConnection(.beforeReply, to: request))
                let error = try await failure { try await effect(client) }
                #expect(error.code == .connectionLost)
                #expect(error.attempts == maximum + 1)
                #expect(losses.effectCount == maximum + 1)
                #expect(error.isSafeToRepeat)
                #expect(error.mayHaveBeenApplied == (request == .writeEvents))
                try await losses.lift()
            }
        }
    }

    @Test("a request whose connection ends is sent once, if that is wanted")
    func noRetry() async throws {
        let once: (inout Client.Configuration) -> Void = { $0.retries.afterNoAnswer = false }
        try await Self.run(once) { server, client in
            for (request, effect) in Self.lostRequests {
                let losses = try await server.faults.add(.dropConnection(.beforeReply, to: request))
                let error = try await failure { try await effect(client) }
                #expect(error.code == .connectionLost)
                #expect((error.attempts, losses.effectCount) == (1, 1))
                try await losses.lift()
            }
        }
    }

    private static let lostRequests: [(EmbeddedServer.Fault.Request, @Sendable (Client) async throws -> Void)] = [
        (.ping, { try await $0.ping() }),
        (.writeEvents, { try await $0.publish(try Pony.events(1), to: "ponies") }),
        (.readStreamForward, { _ = try await $0.get("ponies") }),
    ]

    @Test(
        "S75: a write that timed out on the server is made once", arguments: [false, true],
        [.any, .noStream] as [ExpectedVersion])
    func serverTimeout(_ isDone: Bool, _ expected: ExpectedVersion) async throws {
        try await Self.run { server, client in
            let timeouts = try await server.faults.add(.timeOutWrites(in: .commit, afterWriting: isDone, times: 2))
            let events = try Pony.events(2)
            let result = try await client.publish(events, to: "ponies", expecting: expected)
            #expect((result.firstEventNumber, result.lastEventNumber) == (0, 1))
            #expect(result.wasAlreadyWritten == isDone)
            #expect(timeouts.effectCount == 2)
            #expect(try await client.get("ponies").events.map(\.id) == events.map(\.id))
        }
    }

    @Test("a write that keeps timing out on the server says so in the end, and that it may have been made")
    func serverTimeouts() async throws {
        try await Self.run { server, client in
            try await server.faults.add(.timeOutWrites(in: .commit, afterWriting: true))
            let options = CallOptions(timeout: .milliseconds(500))
            let error = try await failure {
                try await client.publish(try Pony.events(1), to: "ponies", options: options)
            }
            #expect(error.code == .serverTimeout)
            #expect(error.mayHaveBeenApplied)
            #expect(error.attempts > 1)
        }
    }

    @Test(
        "S77: what timed out on the server is deleted or committed once", arguments: [false, true],
        [.any, .version(2)] as [ExpectedVersion])
    func otherServerTimeouts(_ isDone: Bool, _ expected: ExpectedVersion) async throws {
        try await Self.run { server, client in
            for stream in ["deleted", "gone", "committed"] { try await client.publish(try Pony.events(3), to: stream) }
            func timeOut(_ body: () async throws -> Void) async throws {
                let timeouts = try await server.faults.add(.timeOutWrites(in: .commit, afterWriting: isDone, times: 1))
                try await body()
                #expect(timeouts.effectCount == 1)
            }
            try await timeOut { try await client.deleteStream("deleted", expecting: expected) }
            #expect(try await client.lastEventNumber(of: "deleted") == nil)
            try await timeOut { try await client.tombstoneStream("gone", expecting: expected) }
            #expect(try await failure { try await client.get("gone") }.code == .streamDeleted)
            let transaction = try await client.startTransaction(on: "committed", expecting: expected)
            try await transaction.write(try Pony.events(2))
            try await timeOut {
                let result = try await transaction.commit()
                #expect((result.firstEventNumber, result.lastEventNumber) == (3, 4))
                #expect(result.wasAlreadyWritten == isDone)
            }
            #expect(try await client.lastEventNumber(of: "committed") == 4)
        }
    }

    @Test("a delete that keeps timing out on the server says so in the end, and that it may have been made")
    func deleteTimeouts() async throws {
        try await Self.run { server, client in
            try await client.publish(try Pony.events(3), to: "ponies")
            try await server.faults.add(.timeOutWrites(in: .commit, afterWriting: false))
            let options = CallOptions(timeout: .milliseconds(500))
            let error = try await failure { try await client.deleteStream("ponies", options: options) }
            #expect(error.code == .serverTimeout)
            #expect(error.mayHaveBeenApplied)
            #expect(error.attempts > 1)
            #expect(try await client.lastEventNumber(of: "ponies") == 2)
        }
    }
}
