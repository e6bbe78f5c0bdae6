import Foundation
import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("Writes whose answers are lost", .timeLimit(.minutes(1)))
struct SettlingTests {
    private static func run(
        _ adjust: (inout Client.Configuration) -> Void = { _ in },
        _ body: (ScriptedSession) async throws -> Void
    ) async throws {
        try await ScriptedSession.run(
            { configuration in
                configuration.reconnection.firstDelay = .milliseconds(1)
                adjust(&configuration)
            }, body)
    }

    /// Publishes events, each by a call of its own, in order; returns once the server has the requests.
    private static func publish(_ count: Int, _ session: ScriptedSession) async throws -> [(NewEvent, Publication)] {
        var calls: [(NewEvent, Publication)] = []
        for _ in 0..<count {
            let event = NewEvent(type: "t", data: [1], isJSON: false)
            let call = Task { try await session.client.publish([event], to: "s") }
            let request = try await session.peer.next(.writeEvents)
            #expect(try WriteEvents(decoding: request.payload).expectedVersion == -2)
            calls.append((event, call))
        }
        return calls
    }

    private typealias Publication = Task<WriteResult, any Error>

    @Test(
        "S76: writes whose answers are lost are looked for on the master, and sent again expecting the version that the search suggests"
    )
    func settled() async throws {
        try await Self.run { session in
            let calls = try await Self.publish(3, session)
            await session.peer.close()
            let peer = try await session.nextConnection()
            // The second one is there, and somebody else's event.
            try await peer.answerSearch(with: [.other, .event(calls[1].0)])
            let first = try await peer.next(.writeEvents)
            #expect(try first.write == [.init(calls[0].0, expecting: 1)])
            // A new write to the stream waits; one to another stream does not.
            let new = Task { try await session.client.publish([calls[0].0], to: "s", expecting: .version(7)) }
            let other = Task { try await session.client.publish([calls[0].0], to: "elsewhere") }
            let elsewhere = try await peer.next(.writeEvents)
            #expect(try WriteEvents(decoding: elsewhere.payload).stream == "elsewhere")
            try await peer.confirmWrite(elsewhere, first: 0)
            try await peer.confirmWrite(first, first: 2)
            let second = try await peer.next(.writeEvents)
            #expect(try second.write == [.init(calls[1].0, expecting: 0)])
            try await peer.confirmWrite(second, first: 1, isRepeated: true)
            // Somebody else was faster.
            let third = try await peer.next(.writeEvents)
            #expect(try third.write == [.init(calls[2].0, expecting: 2)])
            try await peer.refuseWrite(third, .wrongExpectedVersion, current: 3)
            try await peer.answerSearch(with: [.other, .other, .event(calls[0].0), .other])
            let again = try await peer.next(.writeEvents)
            #expect(try again.write == [.init(calls[2].0, expecting: 3)])
            try await peer.confirmWrite(again, first: 4)
            let last = try await peer.next(.writeEvents)
            #expect(try last.write == [.init(calls[0].0, expecting: 7)])
            try await peer.refuseWrite(last, .accessDenied)

            #expect(try await calls[0].1.value.lastEventNumber == 2)
            #expect(try await calls[1].1.value.wasAlreadyWritten)
            #expect(try await calls[2].1.value.lastEventNumber == 4)
            #expect(try await other.value.lastEventNumber == 0)
            #expect(try await failure { try await new.value }.code == .accessDenied)
        }
    }

    @Test(
        "S76: writes whose answers are lost fail, or are sent again as they are, where it cannot be found out whether they were made",
        arguments: [false, true])
    func doubtful(_ isRepeated: Bool) async throws {
        let settings: (inout Client.Configuration) -> Void = {
            $0.retries.doubtfulWrites = isRepeated ? .repeat : .fail
        }
        try await Self.run(settings) { session in
            let calls = try await Self.publish(1, session)
            await session.peer.close()
            let peer = try await session.nextConnection()
            try await peer.refuseSearch(.accessDenied)
            if isRepeated {
                let request = try await peer.next(.writeEvents)
                #expect(try request.write == [.init(calls[0].0, expecting: -2)])
                try await peer.confirmWrite(request, first: 5)
                #expect(try await calls[0].1.value.lastEventNumber == 5)
            } else {
                let error = try await failure { try await calls[0].1.value }
                #expect(error.code == .connectionLost)
                #expect(error.mayHaveBeenApplied && !error.isSafeToRepeat)
                #expect(error.message.contains("it could not be found out whether the write was made"), "\(error)")
                #expect((error.underlying as? PhotonPumpError)?.code == .accessDenied)
                // Others are served.
                let ping = Task { try await session.client.ping() }
                try await peer.send(Package(.pong, try await peer.next(.ping).correlation))
                _ = try await ping.value
            }
        }
    }

    @Test(
        "writes whose answers are lost end with their calls: one that is cancelled is not sent again, and holds up no other"
    )
    func cancelled() async throws {
        try await Self.run { session in
            let calls = try await Self.publish(2, session)
            await session.peer.close()
            let peer = try await session.nextConnection()
            let search = try await peer.next(.readStreamEventsBackward)
            calls[0].1.cancel()
            await #expect(throws: CancellationError.self) { try await calls[0].1.value }
            try await peer.answer(search: search, with: [.other])
            let request = try await peer.next(.writeEvents)
            #expect(try request.write == [.init(calls[1].0, expecting: 0)])
            // The connection is lost once more: what expects a version is sent again as it is.
            await peer.close()
            let third = try await session.nextConnection()
            let again = try await third.next(.writeEvents)
            #expect(try again.write == [.init(calls[1].0, expecting: 0)])
            try await third.confirmWrite(again, first: 1, isRepeated: true)
            #expect(try await calls[1].1.value.lastEventNumber == 1)
        }
    }

    @Test("writes whose answers are lost fail with the client when it is closed")
    func closed() async throws {
        try await Self.run { session in
            let calls = try await Self.publish(2, session)
            await session.peer.close()
            let peer = try await session.nextConnection()
            _ = try await peer.next(.readStreamEventsBackward)
            await session.client.close()
            for (_, call) in calls {
                let error = try await failure { try await call.value }
                #expect(error.code == .clientClosed)
                #expect(error.mayHaveBeenApplied)
            }
            #expect(await session.client.load == ClientLoad())
        }
    }

    @Test(
        "S75: writes that the server did not complete in time are sent again until their deadline, which reports its answer",
        arguments: [OperationResult.prepareTimeout, .commitTimeout, .forwardTimeout])
    func serverTimeouts(_ result: OperationResult) async throws {
        try await Self.run { session in
            let (client, peer) = (session.client, session.peer)
            let event = NewEvent(type: "t", data: [1], isJSON: false)
            let call = Task { try await client.publish([event], to: "s", expecting: .version(4)) }
            for _ in 0..<3 { try await peer.refuseWrite(peer.next(.writeEvents), result) }
            let request = try await peer.next(.writeEvents)
            #expect(try request.write == [.init(event, expecting: 4)])
            try await peer.confirmWrite(request, first: 5)
            #expect(try await call.value.lastEventNumber == 5)

            let options = CallOptions(timeout: .milliseconds(300))
            let late = Task { try await client.publish([event], to: "s", expecting: .noStream, options: options) }
            try await peer.refuseWrite(peer.next(.writeEvents), result)
            let error = try await failure { try await late.value }
            #expect(error.code == .serverTimeout)
            #expect(error.mayHaveBeenApplied && error.isSafeToRepeat)
            #expect(
                error.message.contains("the server could not complete the write in time; it may have been made"),
                "\(error)")
            #expect(error.serverMessage == "the server's words")
        }
    }

    @Test("S75: writes that the server did not complete in time, and might forget, are looked for first")
    func serverTimeoutOfAny() async throws {
        try await Self.run { session in
            let event = NewEvent(type: "t", data: [1], isJSON: false)
            let call = Task { try await session.client.publish([event], to: "s") }
            try await session.peer.refuseWrite(session.peer.next(.writeEvents), .commitTimeout)
            try await session.peer.answerSearch(with: [.other, .event(event)])
            let again = try await session.peer.next(.writeEvents)
            #expect(try again.write == [.init(event, expecting: 0)])
            try await session.peer.confirmWrite(again, first: 1, isRepeated: true)
            #expect(try await call.value.wasAlreadyWritten)
        }
    }

    @Test(
        "S73: writes whose events the server has in another order are not answered, and the error names that as a reason"
    )
    func reordered() async throws {
        try await Self.run { session in
            let events = (0..<3).map { NewEvent(type: "t", data: [$0], isJSON: false) }
            let options = CallOptions(timeout: .milliseconds(200))
            let error = try await failure { try await session.client.publish(events, to: "s", options: options) }
            #expect(error.code == .timedOut)
            #expect(error.mayHaveBeenApplied)
            #expect(error.message.hasSuffix("servers do not answer if they already have these events in another order"))
        }
    }

    @Test("S75: writes within a transaction are not repeated")
    func transaction() async throws {
        try await Self.run { session in
            let transaction = session.client.transaction(77, on: "s")
            let call = Task { try await transaction.write([NewEvent(type: "t", data: [1], isJSON: false)]) }
            let request = try await session.peer.next(.transactionWrite)
            let answer = TransactionWriteCompleted(transactionID: 77, result: .prepareTimeout)
            try await session.peer.send(
                Package(.transactionWriteCompleted, request.correlation, payload: answer.encoded()))
            let error = try await failure { try await call.value }
            #expect(error.code == .serverTimeout)
            #expect(error.attempts == 1)
            #expect(error.mayHaveBeenApplied && !error.isSafeToRepeat)
        }
    }
}

/// What a write expects, and the id of its event.
private struct Sent: Equatable {
    let id: UUID
    let expected: Int64

    init(_ event: NewEvent, expecting expected: Int64) {
        self.id = event.id
        self.expected = expected
    }

    init(id: UUID, expected: Int64) {
        self.id = id
        self.expected = expected
    }
}

extension Package {
    fileprivate var write: [Sent] {
        get throws {
            let write = try WriteEvents(decoding: self.payload)
            return write.events.map { Sent(id: UUID(uuid: $0.id.textOrder), expected: write.expectedVersion) }
        }
    }
}

extension ScriptedPeer {
    enum Found {
        case other
        case event(NewEvent)
    }

    /// Answers the next search of the stream `s` with events from number 0 on.
    func answerSearch(with events: [Found]) async throws {
        try await self.answer(search: self.next(.readStreamEventsBackward), with: events)
    }

    func answer(search request: Package, with events: [Found]) async throws {
        let read = try ReadStreamEvents(decoding: request.payload)
        #expect(read.requireMaster && !read.resolveLinks && read.from == -1)
        let records = events.enumerated().map { number, found in
            let id =
                if case .event(let event) = found { GUID(textOrder: event.id.uuid) } else { GUID(9, UInt64(number)) }
            return EventRecord(
                stream: Bytes(utf8: "s"), number: Int64(number), id: id, type: Bytes(utf8: "t"), isJSON: false,
                data: Bytes(), metadata: Bytes(), created: .max / 2)
        }
        let page = ReadStreamEventsCompleted(
            result: .success, events: records.reversed().map { ResolvedRecord(event: $0, link: nil) },
            nextEventNumber: -1, lastEventNumber: Int64(events.count) - 1, isEndOfStream: true, lastCommitPosition: 0)
        try await self.send(
            Package(.readStreamEventsBackwardCompleted, request.correlation, payload: page.encoded()))
    }

    func refuseSearch(_ result: ReadStreamEventsCompleted.Result) async throws {
        let request = try await self.next(.readStreamEventsBackward)
        let page = ReadStreamEventsCompleted(result: result, lastCommitPosition: 0)
        try await self.send(
            Package(.readStreamEventsBackwardCompleted, request.correlation, payload: page.encoded()))
    }

    /// Confirms a write of one event.
    func confirmWrite(_ request: Package, first number: Int64, isRepeated: Bool = false) async throws {
        let position: Int64 = isRepeated ? -1 : 1000
        let answer = WriteEventsCompleted(
            result: .success, firstEventNumber: number, lastEventNumber: number, preparePosition: position,
            commitPosition: position)
        try await self.send(Package(.writeEventsCompleted, request.correlation, payload: answer.encoded()))
    }

    func refuseWrite(_ request: Package, _ result: OperationResult, current: Int64 = -1) async throws {
        let answer = WriteEventsCompleted(result: result, message: "the server's words", currentVersion: current)
        try await self.send(Package(.writeEventsCompleted, request.correlation, payload: answer.encoded()))
    }
}
