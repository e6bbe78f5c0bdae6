import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("An event of $all that is not where it was delivered", .timeLimit(.minutes(1)))
struct VanishedEventTests {
    /// What its stream says when it is looked for.
    enum Fate: CaseIterable {
        case neverWritten, writtenAgain, scavenged, deleted

        var isDropped: Bool { [.neverWritten, .writtenAgain].contains(self) }

        var answer: ReadStreamEventsCompleted {
            let record = ResolvedRecord(event: ScriptedPeer.record(3), link: nil)
            let (result, last): (ReadStreamEventsCompleted.Result, Int64) =
                switch self {
                case .neverWritten: (.success, 2)
                case .writtenAgain, .scavenged: (.success, 9)
                case .deleted: (.streamDeleted, .max)
                }
            return ReadStreamEventsCompleted(
                result: result, events: self == .writtenAgain ? [record] : [], nextEventNumber: 4,
                lastEventNumber: last, isEndOfStream: self != .writtenAgain, lastCommitPosition: 0)
        }
    }

    @Test("it is looked for in its stream, and the subscription ends if it was dropped", arguments: Fate.allCases)
    func fate(_ fate: Fate) async throws {
        try await ScriptedSession.run { session in
            let subscription = try await session.client.subscribeToAll(from: .start)
            let numbers = Task {
                try await subscription.events.prefix(2).reduce(into: []) { $0.append($1.received.number) }
            }
            try await session.peer.answerReadOfAll(event: 3, at: 100)
            #expect(try await session.peer.answerReadOfAll(event: nil, at: 100) == 200)
            let request = try await session.peer.next(.subscribeToStream)
            let confirmation = SubscriptionConfirmation(lastCommitPosition: 100, lastEventNumber: nil)
            try await session.peer.confirm(request, confirmation)
            await session.peer.close()
            let peer = try await session.nextConnection()
            // The place of the last event, and not what comes after it.
            #expect(try await peer.answerReadOfAll(event: 5, at: 300) == 100)
            let search = try await peer.next(.readStreamEventsForward)
            let message = try ReadStreamEvents(decoding: search.payload)
            #expect((message.stream, message.from, message.maxCount) == ("s", 3, 1))
            try await peer.send(
                Package(.readStreamEventsForwardCompleted, search.correlation, payload: fate.answer.encoded()))
            if fate.isDropped {
                let error = try await failure { _ = try await numbers.value }
                #expect(error.code == .eventReplaced)
                #expect(error.message.contains("event 3 of 's' was delivered at 100/100, and is not there now"))
            } else {
                try await peer.answerReadOfAll(event: 5, at: 300)
                #expect(try await numbers.value == [3, 5])
            }
        }
    }
}

extension ScriptedPeer {
    /// Answers the next read of the log with this event of the stream 's', nil for none, and tells where it was to begin.
    /// Whoever asks where the log ends learns that it is far away.
    @discardableResult
    fileprivate func answerReadOfAll(event number: Int64?, at position: Int64) async throws -> Int64 {
        while true {
            let request = try await self.next(.readAllEventsForward)
            let message = try ReadAllEvents(decoding: request.payload)
            let isAboutEnd = message.commitPosition < 0
            let records = (isAboutEnd ? nil : number).map { number in
                [
                    PositionedRecord(
                        record: ResolvedRecord(event: Self.record(number), link: nil), commitPosition: position,
                        preparePosition: position)
                ]
            }
            let place = isAboutEnd ? 10_000 : message.commitPosition
            let next = records == nil ? place : position + 100
            let page = ReadAllEventsCompleted(
                commitPosition: place, preparePosition: place, events: records ?? [], nextCommitPosition: next,
                nextPreparePosition: next)
            try await self.send(Package(.readAllEventsForwardCompleted, request.correlation, payload: page.encoded()))
            if !isAboutEnd { return message.commitPosition }
        }
    }
}
