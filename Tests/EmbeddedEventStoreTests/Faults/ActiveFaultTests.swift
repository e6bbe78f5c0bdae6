import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

/// What a test is told of its faults.
@Suite(.timeLimit(.minutes(1))) struct ActiveFaultTests {
    typealias Fault = EmbeddedServer.Fault

    @Test("the effects can be awaited one after the other, also when they have come already")
    func waiting() async throws {
        try await FaultySession.run { session in
            let fault = try await session.faults.add(.duplicateReply(to: .ping, times: 3))
            async let third: Void = fault.waitForEffect(count: 3)
            for number in 1...3 as ClosedRange<UInt64> {
                try await session.client.send(FaultySession.ping(number))
                try await fault.waitForEffect(count: Int(number))
            }
            try await third
            try await fault.waitForEffect()
            #expect(fault.effectCount == 3)
        }
    }

    @Test("who waits for more than can come is told so")
    func over() async throws {
        try await FaultySession.run { session in
            let once = try await session.faults.add(.duplicateReply(to: .ping, times: 1))
            let twice = Task { try await once.waitForEffect(count: 2) }
            _ = try await session.client.ask(FaultySession.ping(1))
            let error = await #expect(throws: EmbeddedServerError.self) { try await twice.value }
            #expect(error?.code == .faultIsOver)
            #expect(error?.message == "the fault is over: it has struck 1 of 2 times")

            let lifted = try await session.faults.add(.loseReply())
            try await lifted.lift()
            let other = await #expect(throws: EmbeddedServerError.self) { try await lifted.waitForEffect() }
            #expect(other?.code == .faultIsOver)
            try await lifted.lift()
        }
    }

    @Test("a wait that is cancelled ends")
    func cancellation() async throws {
        try await FaultySession.run { session in
            let fault = try await session.faults.add(.loseReply())
            let waiting = Task { try await fault.waitForEffect() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }

    @Test("all faults are lifted together")
    func liftAll() async throws {
        try await FaultySession.run { session in
            try await session.faults.add(.loseReply(to: .readEvent))
            let hold = try await session.faults.add(.holdReply(to: .ping))
            try await session.client.send(FaultySession.ping(1))
            try await hold.waitForEffect()
            try await session.faults.liftAll()
            #expect(try await session.client.next()?.correlation == GUID(1, 1))
            try await session.expectAllIsWell()
        }
    }

    @Test(
        "numbers that make no sense are refused, naming them",
        arguments: [
            (.loseReply(times: 0), "strike 0 times"), (.loseReply(times: -1), "strike -1 times"),
            (.loseReply().skipping(-1), "-1 occasions"), (.stallReads.skipping(1), "1 occasions"),
            (.delayReply(by: .seconds(-1)), "-1 s"), (.delayReply(by: .seconds(90_000)), "90000 s"),
        ] as [(Fault, String)]
    )
    func invalid(_ fault: Fault, _ text: String) async throws {
        let server = EmbeddedServer(.patient, logger: .silent)
        let error = await #expect(throws: EmbeddedServerError.self) { try await server.faults.add(fault) }
        #expect(error?.code == .invalidFault)
        #expect(error?.message.contains(text) == true)
    }

    @Test("faults can be added before the server starts, and do not keep it alive")
    func early() async throws {
        var server: EmbeddedServer? = EmbeddedServer(.patient, logger: .silent)
        try await server?.faults.add(.answer(.notReady, to: .ping, times: 1))
        try await server?.start()
        let client = try await ScriptedPeer.connect(host: "127.0.0.1", port: server?.port ?? 0)
        #expect(try await client.ask(FaultySession.ping(1))?.command == .notHandled)
        server = nil
        #expect(try await client.next() == nil)
    }
}
