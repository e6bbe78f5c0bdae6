import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite struct EventLogTests {
    @Test("the position of a write is that of its last event, and positions only grow")
    func positions() throws {
        var log = EventLog(seed: 0)
        log.write("abc", to: "s")
        let first = log.lastPosition
        #expect(first == log.entries.last?.commit.lowerBound)
        #expect(log.entries.map(\.position) == log.entries.map(\.position).sorted())
        #expect(Set(log.entries.map(\.position)).count == 3)
        #expect(log.endPosition > first)

        let end = log.endPosition
        #expect(log.write("x", to: "t") == .appended(first: 0, last: 0, position: end))
    }

    @Test("a repeated write leaves the log as it is")
    func repeatedWrite() {
        var log = EventLog(seed: 0)
        log.write("ab", to: "s")
        let end = log.endPosition
        log.write("ab", to: "s")
        #expect(log.endPosition == end)
        #expect(log.entries.count == 2)
    }

    @Test("a write of no events moves the position without an event to show for it")
    func emptyWrite() {
        var log = EventLog(seed: 0)
        let end = log.endPosition
        #expect(log.write("", to: "s") == .appended(first: 0, last: -1, position: end))
        #expect(log.lastPosition == end)
        #expect(log.entries.isEmpty)
        #expect(log.view(of: "s", now: 0) == .missing(last: -1))
    }

    @Test("a record keeps what was written")
    func record() throws {
        var log = EventLog(seed: 0)
        var event = ProposedEvent(letter: "a", type: "Tüp", data: "\u{0}\u{1}")
        event.dataContentType = 7
        event.metadata = Bytes(utf8: "meta")
        _ = log.write([event], to: "s", expecting: .any, now: 1_700_000_000_000)
        let record = try #require(log.entries.first?.record)
        #expect(record.stream.text == "s")
        #expect(record.number == 0)
        #expect(record.id == event.id)
        #expect(record.type.text == "Tüp")
        #expect(!record.isJSON)
        #expect(record.data == event.data)
        #expect(record.metadata == event.metadata)
        #expect(record.createdTicks == 1_700_000_000_000 * 10_000)
    }

    @Test("a softly deleted stream is missing but keeps its last number")
    func softDeletion() {
        var log = EventLog(seed: 0)
        log.write("abc", to: "s")
        log.delete("s")
        #expect(log.view(of: "s", now: 0) == .missing(last: 2))
        #expect(log.entries.last?.record.data.text == #"{"$tb":9223372036854775807}"#)
        log.delete("s")
        #expect(log.entries.last?.record.number == 1)
    }

    @Test("a stream written to after its soft deletion goes on numbering, and says so in its metadata")
    func recreation() throws {
        var log = EventLog(seed: 0)
        log.write("abc", to: "s")
        log.delete("s")
        log.write("d", to: "s", -1)
        #expect(log.view(of: "s", now: 0) == .readable(ShownEvents(first: 3, last: 3)))
        let metadata = try #require(log.entries.last?.record)
        #expect(metadata.stream.text == "$$s")
        #expect(metadata.type.text == "$metadata")
        #expect(metadata.isJSON)
        #expect(metadata.data.text == #"{"$tb":3}"#)
        #expect(metadata.id != .zero)
    }

    @Test("a repeat of the first event does not bring a softly deleted stream back")
    func repeatAfterSoftDeletion() {
        var log = EventLog(seed: 0)
        log.write("ab", to: "s")
        log.delete("s")
        log.write("a", to: "s", -1)
        #expect(log.view(of: "s", now: 0) == .missing(last: 1))
    }

    @Test("a tombstone is an event of its own, ends the stream and cannot be repeated")
    func tombstone() throws {
        var log = EventLog(seed: 0)
        log.write("a", to: "s")
        log.delete("s", hard: true)
        #expect(log.view(of: "s", now: 0) == .deleted)
        #expect(log.view(of: "$$s", now: 0) == .deleted)
        let tombstone = try #require(log.entries.last?.record)
        #expect(tombstone.type.text == "$streamDeleted")
        #expect(tombstone.number == .max)
        #expect(log.delete("s", hard: true) == .streamDeleted)
        #expect(log.delete("s") == .streamDeleted)
        #expect(log.entries.count == 2)
    }

    @Test("a stream that never was can be deleted")
    func deleteMissing() {
        var log = EventLog(seed: 0)
        log.delete("hard", hard: true)
        #expect(log.view(of: "hard", now: 0) == .deleted)
        log.delete("soft")
        #expect(log.view(of: "soft", now: 0) == .missing(last: -1))
    }
}
