import EmbeddedEventStore
import PhotonPump
import Testing

@Suite("Faults", .timeLimit(.minutes(1)), .enabled(if: TestServer.isEmbedded, "makes the server fail"))
struct FaultTests {
    private static func run(_ body: (EmbeddedServer, Client) async throws -> Void) async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient(TestServer.configuration(await server.connectionString), logger: .silent) {
                try await body(server, $0)
            }
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

    @Test("a write that timed out on the server says that it may have been made", arguments: [false, true])
    func serverTimeout(_ isDone: Bool) async throws {
        try await Self.run { server, client in
            try await server.faults.add(.timeOutWrites(in: .commit, afterWriting: isDone, times: 1))
            let events = try Pony.events(1)
            let error = try await failure { try await client.publish(events, to: "ponies") }
            #expect(error.code == .serverTimeout)
            #expect(error.mayHaveBeenApplied)
            #expect(try await client.publish(events, to: "ponies").wasAlreadyWritten == isDone)
        }
    }
}
