import Testing

@testable import PhotonPumpWire

@Suite("Messages that write their own bytes")
struct SelfEncodingTests {
    /// Numbers of every length, and below zero.
    private static let numbers: [Int64] = [0, 1, 127, 128, 16_383, 16_384, 1 << 34, .max, -1, .min]

    private static func record(_ number: Int64, size: Int) -> EventRecord {
        EventRecord(
            stream: Bytes(utf8: "ponies"), number: number, id: GUID(1, UInt64(size)), type: Bytes(utf8: "PonyJumped"),
            isJSON: size % 2 == 0, data: Bytes((0..<size).map { UInt8(truncatingIfNeeded: $0) }),
            metadata: Bytes((0..<size / 3).map { UInt8(truncatingIfNeeded: $0) }),
            created: number / 1_000_000)
    }

    private static let resolved: [ResolvedRecord] = [
        ResolvedRecord(event: nil, link: nil), ResolvedRecord(event: Self.record(7, size: 0), link: nil),
        ResolvedRecord(event: nil, link: Self.record(8, size: 200)),
    ]

    private static var records: [ResolvedRecord] {
        Self.resolved
            + Self.numbers.enumerated().map { rank, number in
                ResolvedRecord(event: Self.record(number, size: 1 << rank), link: Self.record(number, size: 130))
            }
    }

    /// Every message in a form with all fields, and in one with as few as possible.
    private static func expectSame(_ message: some SelfEncoding) {
        #expect(message.encoded() == message.packed(), "\(message)")
        #expect(message.encodedCount == message.packed().count)
    }

    @Test("what carries an event is written as protobuf-c writes it")
    func events() {
        for record in Self.records {
            if let event = record.event { Self.expectSame(event) }
            Self.expectSame(record)
            for number in Self.numbers {
                let positioned = PositionedRecord(record: record, commitPosition: number, preparePosition: number / -2)
                Self.expectSame(positioned)
                Self.expectSame(StreamEventAppeared(event: positioned))
            }
            for count in [nil, 0, 5, -1, Int32.max] {
                Self.expectSame(PersistentSubscriptionStreamEventAppeared(event: record, retryCount: count))
            }
        }
    }

    @Test("what carries many is written as protobuf-c writes it")
    func pages() {
        for number in Self.numbers {
            for text in [nil, "", "Wrong \u{FC}", String(repeating: "x", count: 300)] {
                Self.expectSame(
                    ReadStreamEventsCompleted(
                        result: .accessDenied, events: Self.records, nextEventNumber: number,
                        lastEventNumber: number / -2,
                        isEndOfStream: number > 5, lastCommitPosition: number, error: text))
                Self.expectSame(ReadStreamEventsCompleted(result: .success, lastCommitPosition: number, error: text))
                let events = Self.records.map {
                    PositionedRecord(record: $0, commitPosition: number, preparePosition: 0)
                }
                Self.expectSame(
                    ReadAllEventsCompleted(
                        commitPosition: number, preparePosition: 3, events: events, nextCommitPosition: number,
                        nextPreparePosition: number / -2, result: .error, error: text))
                Self.expectSame(ReadAllEventsCompleted(commitPosition: 1, preparePosition: number, error: text))
            }
        }
    }

    @Test("the answer to a write is written as protobuf-c writes it")
    func answers() {
        for number in Self.numbers {
            for other in [nil, 0, -1, number] {
                Self.expectSame(
                    WriteEventsCompleted(
                        result: .success, message: other.map { "\($0)" }, firstEventNumber: number,
                        lastEventNumber: number / -2, preparePosition: other, commitPosition: other,
                        currentVersion: other))
            }
        }
    }

    @Test(
        "results of any number are written as protobuf-c writes them",
        arguments: [0, 127, 128, 1 << 31, .max] as [UInt32])
    func results(_ number: UInt32) {
        Self.expectSame(WriteEventsCompleted(result: .init(rawValue: number), firstEventNumber: 0, lastEventNumber: 0))
        Self.expectSame(ReadStreamEventsCompleted(result: .init(rawValue: number), lastCommitPosition: 0))
        Self.expectSame(
            ReadAllEventsCompleted(commitPosition: 0, preparePosition: 0, result: .init(rawValue: number)))
    }

    @Test("a write is written as protobuf-c writes it")
    func writes() {
        for number in Self.numbers {
            for size in [0, 1, 127, 128, 20_000] {
                var event = ProposedEvent(
                    id: GUID(3, UInt64(size)), type: size == 0 ? "" : "Pony\u{FC}", isJSON: size % 2 == 0,
                    data: Bytes(Array(repeating: 7, count: size)), metadata: Bytes(Array(repeating: 9, count: size / 3))
                )
                Self.expectSame(event)
                event.metadata = nil
                event.dataContentType = -1
                event.metadataContentType = .max
                Self.expectSame(event)
                for count in [0, 1, 3] {
                    Self.expectSame(
                        WriteEvents(
                            stream: size == 0 ? "" : "ponies-\u{1F40E}", expectedVersion: number,
                            events: Array(repeating: event, count: count), requireMaster: count == 1))
                }
            }
        }
    }
}
