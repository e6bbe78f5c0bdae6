import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Reading a page of the log")
struct ReadAllTests {
    private func conversation(_ direction: Direction, from position: Position) -> ReadAll {
        ReadAll(
            direction: direction,
            message: ReadAllEvents(
                commitPosition: position.commit, preparePosition: position.prepare, maxCount: 10, resolveLinks: false,
                requireMaster: false
            )
        )
    }

    private func reply(next: Position, count: Int = 1) -> ReadAllEventsCompleted {
        let record = PositionedRecord(
            record: ResolvedRecord(event: Records.event(1), link: nil), commitPosition: 5, preparePosition: 5
        )
        return ReadAllEventsCompleted(
            commitPosition: 0, preparePosition: 0, events: Array(repeating: record, count: count),
            nextCommitPosition: next.commit, nextPreparePosition: next.prepare
        )
    }

    @Test("reading a page of the log asks with the command of its direction")
    func commands() {
        #expect(self.conversation(.forward, from: .start).request.command == .readAllEventsForward)
        #expect(self.conversation(.forward, from: .start).replyCommand == .readAllEventsForwardCompleted)
        #expect(self.conversation(.backward, from: .end).request.command == .readAllEventsBackward)
        #expect(self.conversation(.backward, from: .end).replyCommand == .readAllEventsBackwardCompleted)
    }

    @Test(
        "reading a page of the log gives each failure its code",
        arguments: [
            (ReadAllEventsCompleted.Result.notModified, PhotonPumpError.Code.serverError), (.error, .serverError),
            (.accessDenied, .accessDenied), (.init(rawValue: 77), .unexpectedReply),
        ]
    )
    func failures(result: ReadAllEventsCompleted.Result, code: PhotonPumpError.Code) {
        let reply = ReadAllEventsCompleted(
            commitPosition: 0, preparePosition: 0, result: result, error: "Invalid position.")
        let error = self.conversation(.forward, from: .start).received(reply).error
        #expect(error?.code == code)
        #expect(error?.serverMessage == "Invalid position.")
    }

    @Test(
        "reading a page of the log that leads nowhere is an error instead of an endless loop",
        arguments: [
            (Direction.forward, Position(commit: 9, prepare: 9), Position(commit: 9, prepare: 9)),
            (.forward, Position(commit: 9, prepare: 9), Position(commit: 8, prepare: 99)),
            (.backward, Position(commit: 9, prepare: 9), Position(commit: 9, prepare: 9)), (.backward, .end, .end),
        ]
    )
    func noProgress(direction: Direction, from: Position, next: Position) {
        #expect(
            self.conversation(direction, from: from).received(self.reply(next: next)).error?.code == .unexpectedReply)
        #expect(self.conversation(direction, from: from).received(self.reply(next: next, count: 0)).error == nil)
    }
}
