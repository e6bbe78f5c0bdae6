import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

/// The links to events by category, by type and by stream.
@Suite struct LinkingTests {
    private static func targets(_ log: EventLog, _ stream: String) -> [String] {
        log.entries.map(\.record).filter { $0.stream.text == stream && $0.isLink }.map(\.data.text)
    }

    @Test(
        "events are linked to from where they are looked for",
        arguments: [
            ("$ce-orders", ["0@orders-7", "1@orders-7", "0@orders-8-b", "2@orders-7"]),
            ("$et-Placed", ["0@orders-7", "1@orders-7", "0@orders-8-b", "0@plain"]),
            ("$et-Paid", ["2@orders-7"]), ("$streams", ["0@orders-7", "0@orders-8-b", "0@plain", "0@-x"]),
            ("$category-orders", []), ("$ce-", ["0@-x"]), ("$et-$>", []), ("$et-$metadata", []), ("$ce-$system", []),
        ] as [(String, [String])]
    )
    func links(_ stream: String, _ targets: [String]) {
        var log = EventLog(seed: 0, runsProjections: true)
        func write(_ letters: String, _ type: String, _ stream: StreamName) {
            let events = letters.map { ProposedEvent(letter: $0, type: type, data: "0@s") }
            _ = log.write(events, to: stream, expecting: .any, now: 0)
        }
        write("ab", "Placed", "orders-7")
        write("a", "Placed", "orders-8-b")
        write("c", "Paid", "orders-7")
        write("d", "Placed", "plain")
        write("e", "$>", "-x")
        write("f", "$metadata", "$$orders-7")
        write("g", "Placed", "$system-1")
        #expect(Self.targets(log, stream) == targets)
    }

    @Test("the write is answered as without links, and a repeat writes none")
    func outcome() {
        var log = EventLog(seed: 0, runsProjections: true)
        let end = log.endPosition
        #expect(log.write("a", to: "orders-7") == .appended(first: 0, last: 0, position: end))
        let count = log.entries.count
        #expect(log.write("a", to: "orders-7") == .repeated(first: 0, last: 0))
        #expect(log.write("", to: "orders-7") == .appended(first: 1, last: 0, position: log.lastPosition))
        #expect(log.entries.count == count)
        #expect(count == 5)
    }

    @Test("a deleted stream of links stays deleted, or comes back with the next link")
    func deleted() {
        var log = EventLog(seed: 0, runsProjections: true)
        log.write("a", to: "orders-7")
        log.delete("$ce-orders")
        log.delete("$streams", hard: true)
        log.write("b", to: "orders-8")
        #expect(log.page("$ce-orders", .forward, 0, 10)?.numbers == [1])
        #expect(log.view(of: "$streams", now: 0) == .deleted)
    }

    @Test("the links resolve to the events")
    func resolved() throws {
        let node = TestNode(runsProjections: true) { $0.write("ab", to: "orders-7") }
        let page = try #require(node.readStream("$ce-orders", resolveLinks: true, login: .admin))
        #expect(page.events.map(\.event?.id) == [GUID(letter: "a"), GUID(letter: "b")])
        #expect(page.events.map(\.link?.number) == [0, 1])
        #expect(node.readStream("$ce-orders")?.result == .accessDenied)
    }

    @Test("nothing is linked to unless it is asked for")
    func off() {
        var log = EventLog(seed: 0)
        log.write("a", to: "orders-7")
        #expect(log.entries.count == 1)
    }
}
