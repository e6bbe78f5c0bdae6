import PhotonPumpWire

@testable import EmbeddedEventStore

extension GUID {
    /// An id for each letter.
    init(letter: Character) {
        self.init(0x1E77E7, UInt64(letter.unicodeScalars.first?.value ?? 0))
    }
}

extension ProposedEvent {
    /// An event whose id comes from a letter.
    init(letter: Character, type: String = "Tested", data: String = "{}") {
        self.init(
            id: GUID(letter: letter),
            type: type,
            isJSON: true,
            data: Bytes(utf8: data),
            metadata: Bytes()
        )
    }
}

extension ProposedEvent {
    init(id: GUID, json: String) {
        self.init(id: id, type: "$tested", isJSON: true, data: Bytes(utf8: json), metadata: Bytes())
    }
}

extension EventLog {
    /// Writes an event for each letter.
    @discardableResult
    mutating func write(_ letters: String, to stream: String, _ expected: Int64 = -2, now: Int64 = 0) -> WriteOutcome {
        guard let expected = ExpectedVersion(wire: expected) else { preconditionFailure("no version") }
        let events = letters.map { ProposedEvent(letter: $0) }
        return self.write(events, to: StreamName(stream), expecting: expected, now: now)
    }

    /// Sets the metadata of a stream.
    mutating func describe(_ stream: String, _ json: String) {
        let event = ProposedEvent(id: self.makeID(), json: json)
        _ = self.write([event], to: StreamName(stream).metastream, expecting: .any, now: 0)
    }

    /// Sets the system's settings.
    mutating func configure(_ json: String) {
        _ = self.write([ProposedEvent(id: self.makeID(), json: json)], to: .settings, expecting: .any, now: 0)
    }

    /// The latest metadata of a stream.
    func description(of stream: String) -> String? {
        self.event(-1, of: StreamName(stream).metastream, self.view(of: StreamName(stream).metastream, now: 0))?.data
            .text
    }

    @discardableResult
    mutating func delete(_ stream: String, hard: Bool = false, _ expected: Int64 = -2) -> DeleteOutcome {
        guard let expected = ExpectedVersion(wire: expected) else { preconditionFailure("no version") }
        return self.delete(StreamName(stream), hard: hard, expecting: expected, now: 0)
    }

    /// The numbers on a page, or nil for a stream without events to see.
    func page(_ stream: String, _ direction: ReadDirection, _ from: Int64, _ count: Int64, now: Int64 = 0) -> Page? {
        guard case .readable(let shown) = self.view(of: StreamName(stream), now: now) else { return nil }
        let slice = self.slice(of: StreamName(stream), direction, from, count, shown)
        return Page(numbers: slice.records.map(\.number), next: slice.next, isEnd: slice.isEnd)
    }
}

struct Page: Equatable {
    let numbers: [Int64]
    let next: Int64
    let isEnd: Bool
}

extension StreamName: ExpressibleByStringLiteral {
    /// The stream of that name.
    public init(stringLiteral text: String) {
        self.init(text)
    }
}
