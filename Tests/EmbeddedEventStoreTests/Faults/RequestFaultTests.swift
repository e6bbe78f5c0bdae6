import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

/// What faults do to requests and replies.
@Suite(.timeLimit(.minutes(3))) struct RequestFaultTests {
    typealias Fault = EmbeddedServer.Fault

    @Test("a lost request is not performed, a lost reply is to one that is", arguments: [true, false])
    func loss(_ isReply: Bool) async throws {
        try await FaultySession.run { session in
            let fault: Fault = isReply ? .loseReply(to: .writeEvents, times: 1) : .loseRequest(.writeEvents, times: 1)
            let loss = try await session.faults.add(fault)
            try await session.client.send(FaultySession.write("a"))
            try await loss.waitForEffect()
            #expect(try await session.lastNumber() == (isReply ? 0 : -1))
            #expect(loss.effectCount == 1)
            // The next answer is to the next request.
            try await session.expectAllIsWell()
            let again = try #require(try await session.client.ask(FaultySession.write("a", 1)))
            #expect(again.correlation == GUID(2, 1))
            let written = try WriteEventsCompleted(decoding: again.payload)
            #expect(written.preparePosition == -1 || !isReply)
            #expect(written.lastEventNumber == 0)
        }
    }

    @Test("a delayed reply comes late and is overtaken")
    func delay() async throws {
        try await FaultySession.run { session in
            try await session.faults.add(.delayReply(to: .ping, by: .milliseconds(150), times: 1))
            let start = ContinuousClock.now
            // In one piece, so that the second one is answered before any time has passed.
            try await session.client.send([1, 2].flatMap { RawClient.frame(FaultySession.ping($0)) })
            #expect(try await session.client.next()?.correlation == GUID(1, 2))
            #expect(try await session.client.next()?.correlation == GUID(1, 1))
            #expect(ContinuousClock.now - start >= .milliseconds(150))
        }
    }

    @Test("replies are held until they are released, and come in their order then")
    func hold() async throws {
        try await FaultySession.run { session in
            let hold = try await session.faults.add(.holdReply(to: .ping, times: 2))
            for number in 1...2 as ClosedRange<UInt64> { try await session.client.send(FaultySession.ping(number)) }
            try await hold.waitForEffect(count: 2)
            try await session.expectAllIsWell()
            try await hold.lift()
            #expect(try await session.client.next()?.correlation == GUID(1, 1))
            #expect(try await session.client.next()?.correlation == GUID(1, 2))
        }
    }

    @Test("a client with very many replies held is not listened to until they are released")
    func manyHeld() async throws {
        try await FaultySession.run { session in
            let hold = try await session.faults.add(.holdReply(to: .ping))
            let count: UInt64 = 10_010
            for number in 0..<count { try await session.client.send(Package(.ping, GUID(1, number))) }
            try await hold.waitForEffect(count: 10_000)
            let other = try await ScriptedPeer.connect(to: session.server)
            #expect(try await other.ask(Package(.heartbeatRequest, GUID(4, 4)))?.command == .heartbeatResponse)
            #expect(hold.effectCount == 10_000)
            try await hold.lift()
            for number in 0..<count { #expect(try await session.client.next()?.correlation == GUID(1, number)) }
        }
    }

    @Test("a duplicated reply comes twice")
    func duplicate() async throws {
        try await FaultySession.run { session in
            try await session.faults.add(.duplicateReply(to: .ping, times: 1))
            let first = try await session.client.ask(FaultySession.ping(1))
            #expect(try await session.client.next() == first)
            try await session.expectAllIsWell()
        }
    }

    @Test("other bytes come in place of a reply")
    func replace() async throws {
        try await FaultySession.run { session in
            var frame: [UInt8] = [18, 0, 0, 0, 0xEE, 0]
            frame += [UInt8](repeating: 7, count: 16)
            try await session.faults.add(.replaceReply(to: .ping, with: frame, times: 1))
            #expect(try await session.client.ask(FaultySession.ping(1))?.command == Command(rawValue: 0xEE))
            try await session.expectAllIsWell()
            try await session.faults.add(.replaceReply(to: .ping, with: [1, 0, 0, 0], times: 1))
            // No frame is that short: the peer gives up.
            #expect(try await session.client.ask(FaultySession.ping(1)) == nil)
        }
    }

    @Test("bytes that nobody asked for reach everybody")
    func interjection() async throws {
        try await FaultySession.run { session in
            let other = try await ScriptedPeer.connect(to: session.server)
            try await session.expectAllIsWell(other)
            try await session.expectAllIsWell()
            await session.server.send([18, 0, 0, 0, 0xEE, 0] + [UInt8](repeating: 7, count: 16))
            for client in [session.client, other] {
                #expect(try await client.next()?.command == Command(rawValue: 0xEE))
                try await session.expectAllIsWell(client)
            }
        }
    }

    @Test(
        "a request is refused as often as wanted, and not performed",
        arguments: [(.notReady, .notReady), (.tooBusy, .tooBusy)] as [(Fault.Refusal, NotHandled.Reason)]
    )
    func notHandled(_ refusal: Fault.Refusal, _ reason: NotHandled.Reason) async throws {
        try await FaultySession.run { session in
            try await session.faults.add(.answer(refusal, to: .writeEvents, times: 2))
            for number in 0..<2 as Range<UInt64> {
                let answer = try #require(try await session.client.ask(FaultySession.write("a", number)))
                #expect((answer.command, answer.correlation) == (.notHandled, GUID(2, number)))
                #expect(try NotHandled(decoding: answer.payload).reason == reason)
                try await session.expectAllIsWell()
            }
            #expect(try await session.lastNumber() == -1)
            #expect(try await session.client.ask(FaultySession.write("a"))?.command == .writeEventsCompleted)
        }
    }

    @Test("S42: a request is sent to the master, wherever that is said to be")
    func notMaster() async throws {
        try await FaultySession.run { session in
            let refusal = Fault.Refusal.notMaster(host: "10.0.0.7", port: 1113, securePort: 1115, httpPort: 2114)
            try await session.faults.add(.answer(refusal, times: 1))
            let answer = try #require(try await session.client.ask(FaultySession.ping(1)))
            let notHandled = try NotHandled(decoding: answer.payload)
            #expect(notHandled.reason == .notMaster)
            #expect(notHandled.master?.tcpHost == "10.0.0.7")
            #expect(notHandled.master?.tcpPort == 1113)
            #expect(notHandled.master?.secureTCPHost == "10.0.0.7")
            #expect(notHandled.master?.secureTCPPort == 1115)
            #expect(notHandled.master?.httpHost == "10.0.0.7")
            #expect(notHandled.master?.httpPort == 2114)
        }
    }

    @Test("S8: credentials are refused while accounts are not loaded")
    func notAuthenticated() async throws {
        try await FaultySession.run { session in
            try await session.faults.add(
                .answer(.notAuthenticated("Server not yet ready"), to: .authenticate, times: 1))
            let login = Package(.authenticate, GUID(5, 5), login: try .admin)
            let refused = try await session.client.ask(login)
            #expect((refused?.command, refused?.payload.text) == (.notAuthenticated, "Server not yet ready"))
            #expect(try await session.client.ask(login)?.command == .authenticated)
        }
    }

    @Test("a bad request has the request's id, or none and is the last answer", arguments: [false, true])
    func badRequest(_ forConnection: Bool) async throws {
        try await FaultySession.run { session in
            let refusal: Fault.Refusal = forConnection ? .badConnection("too much") : .badRequest("too much")
            try await session.faults.add(.answer(refusal, to: .ping, times: 1))
            let answer = try await session.client.ask(FaultySession.ping(1))
            #expect((answer?.command, answer?.payload.text) == (.badRequest, "too much"))
            #expect(answer?.correlation == (forConnection ? .zero : GUID(1, 1)))
            if forConnection {
                #expect(try await session.client.next() == nil)
            } else {
                try await session.expectAllIsWell()
            }
        }
    }

    @Test(
        "writes time out, done or not",
        arguments: [(.prepare, .prepareTimeout), (.commit, .commitTimeout), (.forward, .forwardTimeout)]
            as [(Fault.WritePhase, OperationResult)],
        [false, true]
    )
    func timeOut(_ row: (phase: Fault.WritePhase, result: OperationResult), _ isDone: Bool) async throws {
        try await FaultySession.run { session in
            try await session.faults.add(.timeOutWrites(in: row.phase, afterWriting: isDone, times: 1))
            let answer = try #require(try await session.client.ask(FaultySession.write("a")))
            #expect(answer.command == .writeEventsCompleted)
            #expect(try WriteEventsCompleted(decoding: answer.payload).result == row.result)
            #expect(try await session.lastNumber() == (isDone ? 0 : -1))
        }
    }

    @Test("deletes and every step of a transaction time out, each with its own message", arguments: [false, true])
    func timeOutOthers(_ isDone: Bool) async throws {
        try await FaultySession.run { session in
            try await session.faults.add(.timeOutWrites(in: .commit, afterWriting: isDone))
            func ask(_ command: Command, _ message: some WireMessage) async throws -> Package {
                try #require(try await session.client.ask(Package(command, GUID(6, 6), payload: message.encoded())))
            }
            let delete = DeleteStream(stream: "s", expectedVersion: -2, requireMaster: true, hardDelete: false)
            let deleted = try await ask(.deleteStream, delete)
            #expect(try DeleteStreamCompleted(decoding: deleted.payload).result == .commitTimeout)
            let start = TransactionStart(stream: "s", expectedVersion: -2, requireMaster: true)
            let started = try await ask(.transactionStart, start)
            #expect(try TransactionStartCompleted(decoding: started.payload).result == .commitTimeout)
            let write = TransactionWrite(transactionID: 7, events: [], requireMaster: true)
            let written = try await ask(.transactionWrite, write)
            #expect(try TransactionWriteCompleted(decoding: written.payload).transactionID == 7)
            #expect(try TransactionWriteCompleted(decoding: written.payload).result == .commitTimeout)
            let commit = TransactionCommit(transactionID: 7, requireMaster: true)
            let committed = try await ask(.transactionCommit, commit)
            #expect(try TransactionCommitCompleted(decoding: committed.payload).transactionID == 7)
            #expect(try TransactionCommitCompleted(decoding: committed.payload).result == .commitTimeout)
            // What is refused before it is performed does not take long.
            if isDone {
                let empty = WriteEvents(stream: "", expectedVersion: -2, events: [], requireMaster: true)
                #expect(try await ask(.writeEvents, empty).command == .badRequest)
            }
        }
    }

    @Test("heartbeats are not answered, and everything else is")
    func heartbeats() async throws {
        try await FaultySession.run { session in
            let silence = try await session.faults.add(.ignoreHeartbeats)
            try await session.client.send(Package(.heartbeatRequest, GUID(7, 7)))
            try await silence.waitForEffect()
            try await session.expectAllIsWell()
            try await silence.lift()
            let answer = try await session.client.ask(Package(.heartbeatRequest, GUID(7, 8)))
            #expect(answer == Package(.heartbeatResponse, GUID(7, 8)))
        }
    }
}
