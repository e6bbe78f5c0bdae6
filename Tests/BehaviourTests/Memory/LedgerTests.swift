import Foundation
import PhotonPump
import Testing

@testable import Trials

@Suite("The ledger of a trial")
struct LedgerTests {
    private let ledger = Ledger()
    private let ids = (0..<3).map { _ in UUID() }

    private var complaints: [String] { self.ledger.tally.complaints }

    /// Writes the events to an empty stream.
    private func write() {
        self.ledger.propose(self.ids, to: "ponies")
        self.ledger.confirm(
            self.ids, to: "ponies", WriteResult(stream: "ponies", firstEventNumber: 0, lastEventNumber: 2),
            expecting: .noStream)
    }

    private func event(_ id: UUID, _ number: Int64, in stream: String = "ponies") -> RecordedEvent {
        let event = NewEvent(id: id, type: "PonyJumped", data: Payload(), isJSON: false)
        return RecordedEvent(event, stream: stream, number: number)
    }

    @Test("what was acknowledged, and is there, is in order")
    func inOrder() {
        self.write()
        for (number, id) in self.ids.enumerated() { self.ledger.see(self.event(id, Int64(number)), "a reader") }
        self.ledger.balance("ponies", self.ids)
        #expect(self.complaints == [])
    }

    @Test("an acknowledged event that is gone is a complaint")
    func lost() {
        self.write()
        self.ledger.balance("ponies", Array(self.ids.dropLast()))
        #expect(self.complaints.contains("'ponies' has 2 events, 3 were acknowledged"), "\(self.complaints)")
    }

    @Test("an event that is there twice is a complaint")
    func twice() {
        self.write()
        self.ledger.balance("ponies", self.ids + [self.ids[0]])
        #expect(self.complaints.first?.hasSuffix("sees event 0 of 'ponies' again, as 3 of 'ponies'") == true)
    }

    @Test("an event that nobody has written is a complaint")
    func unknown() {
        self.ledger.see(self.event(self.ids[0], 0), "a reader")
        #expect(self.complaints.first?.hasSuffix("as 0 of 'ponies', which nobody has written") == true)
    }

    @Test("an event whose writer was told that it is not there is a complaint")
    func refused() {
        self.ledger.propose(self.ids, to: "ponies")
        self.ledger.fail(self.ids, mayHaveBeenApplied: false)
        self.ledger.see(self.event(self.ids[1], 1), "a reader")
        #expect(self.complaints.first?.hasSuffix("whose writer was told that it is not there") == true)
    }

    @Test("an event whose writer does not know may be there or not")
    func uncertain() {
        self.ledger.propose(self.ids, to: "ponies")
        self.ledger.fail(self.ids, mayHaveBeenApplied: true)
        self.ledger.balance("ponies", [])
        self.ledger.see(self.event(self.ids[0], 0), "a reader")
        #expect(self.complaints == [])
    }

    @Test("a write of which a part is there is a complaint")
    func part() {
        self.ledger.propose(self.ids, to: "ponies")
        self.ledger.fail(self.ids, mayHaveBeenApplied: true)
        self.ledger.balance("ponies", [self.ids[0], self.ids[2]])
        #expect(self.complaints == ["event 1 of 'ponies' was not written after the one before it"])
    }

    @Test("a write at another version than it expects is a complaint")
    func wrongVersion() {
        self.ledger.propose(self.ids, to: "ponies")
        self.ledger.confirm(
            self.ids, to: "ponies", WriteResult(stream: "ponies", firstEventNumber: 5, lastEventNumber: 7),
            expecting: .version(3))
        #expect(self.complaints == ["'ponies' was expected to be at 3, and written to at 5"])
    }
}
