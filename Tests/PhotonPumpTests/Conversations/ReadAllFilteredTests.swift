import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Reading a page of the log by the server's filter")
struct ReadAllFilteredTests {
    private func conversation(_ direction: Direction, from position: Position) -> ReadAllFiltered {
        let filter = PhotonPumpWire.Filter(.eventType, .prefix, ["Pony"])
        return ReadAllFiltered(
            direction: direction,
            message: FilteredReadAllEvents(
                commitPosition: position.commit, preparePosition: position.prepare, maxCount: 10, maxSearchWindow: 99,
                resolveLinks: false, requireMaster: false, filter: filter
            )
        )
    }

    private func reply(next: Position, isEnd: Bool = false) -> FilteredReadAllEventsCompleted {
        FilteredReadAllEventsCompleted(
            commitPosition: 5, preparePosition: 5, nextCommitPosition: next.commit, nextPreparePosition: next.prepare,
            isEndOfStream: isEnd
        )
    }

    @Test("reading a filtered page of the log asks with the command of its direction")
    func commands() {
        #expect(self.conversation(.forward, from: .start).request.command == .filteredReadAllEventsForward)
        #expect(self.conversation(.forward, from: .start).replyCommand == .filteredReadAllEventsForwardCompleted)
        #expect(self.conversation(.backward, from: .end).request.command == .filteredReadAllEventsBackward)
        #expect(self.conversation(.backward, from: .end).replyCommand == .filteredReadAllEventsBackwardCompleted)
    }

    @Test("reading a filtered page of the log goes on behind what was looked at, although nothing fits")
    func emptyPage() throws {
        let page = try self.conversation(.forward, from: .start).received(
            self.reply(next: Position(commit: 9, prepare: 9))
        ).result.get()
        #expect(page.next == Position(commit: 9, prepare: 9))
        #expect(!page.isEnd)
    }

    @Test(
        "reading a filtered page of the log that leads nowhere is an error instead of an endless loop, unless it is the end"
    )
    func noProgress() throws {
        let place = Position(commit: 9, prepare: 9)
        let conversation = self.conversation(.forward, from: place)
        #expect(conversation.received(self.reply(next: place)).error?.code == .unexpectedReply)
        #expect(try conversation.received(self.reply(next: place, isEnd: true)).result.get().isEnd)
    }
}
