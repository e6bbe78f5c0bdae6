import Testing

@testable import PhotonPumpWire

@Suite("Messages that read their own bytes")
struct SelfDecodingTests {
    private static let numbers: [Int64] = [0, 1, 127, 128, 16_384, 1 << 34, .max, -1, .min]

    private static func record(_ number: Int64, size: Int) -> EventRecord {
        EventRecord(
            stream: Bytes(utf8: "ponies"), number: number, id: GUID(1, UInt64(size)), type: Bytes(utf8: "PonyJumped"),
            isJSON: size % 2 == 0, data: Bytes((0..<size).map { UInt8(truncatingIfNeeded: $0) }),
            metadata: Bytes((0..<size / 3).map { UInt8(truncatingIfNeeded: $0) }), created: number / 1_000_000)
    }

    private static var records: [ResolvedRecord] {
        [
            ResolvedRecord(event: nil, link: nil), ResolvedRecord(event: Self.record(7, size: 0), link: nil),
            ResolvedRecord(event: nil, link: Self.record(8, size: 200)),
        ]
            + Self.numbers.enumerated().map { rank, number in
                ResolvedRecord(event: Self.record(number, size: 1 << rank), link: Self.record(number, size: 130))
            }
    }

    private static func plain<Message: SelfDecoding>(_ type: Message.Type, _ payload: Bytes) -> Message? {
        payload.withUnsafeBytes { bytes in
            var reader = ProtobufReader(bytes)
            return Message(plain: &reader)
        }
    }

    /// - Returns: whether the message reads these bytes itself; if so, it reads what protobuf-c does.
    private static func reads<Message: SelfDecoding>(_ type: Message.Type, _ payload: Bytes) throws -> Bool {
        guard let message = Self.plain(type, payload) else { return false }
        let unpacked = try type.unpacked(payload)
        #expect(message.packed() == unpacked.packed(), "\([UInt8](payload))")
        return true
    }

    /// The message itself is read, and so is every mutilation of it, if it is, as protobuf-c reads it.
    private static func expectSame<Message: SelfDecoding>(
        _ message: Message, damages: Int, _ numbers: inout SeededGenerator
    ) throws {
        let payload = message.packed()
        #expect(try Self.reads(Message.self, payload), "\(message)")
        #expect(Self.plain(Message.self, payload)?.packed() == payload)
        for _ in 0..<damages {
            var bytes = [UInt8](payload)
            for _ in 0...Int.random(in: 0...2, using: &numbers) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &numbers)
                switch Int.random(in: 0...4, using: &numbers) {
                case 0: bytes[place] = .random(in: 0...255, using: &numbers)
                case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &numbers)
                case 2: bytes.removeSubrange(place..<min(bytes.count, place + .random(in: 1...5, using: &numbers)))
                case 3: bytes.insert(.random(in: 0...255, using: &numbers), at: place)
                default: bytes.insert(contentsOf: bytes[place...].prefix(30), at: place)
                }
            }
            _ = try Self.reads(Message.self, Bytes(bytes))
        }
    }

    @Test("messages with an event are read as protobuf-c reads them, or not at all")
    func events() throws {
        var numbers = SeededGenerator(seed: 20_261_129)
        for record in Self.records {
            if let event = record.event { try Self.expectSame(event, damages: 2000, &numbers) }
            let positioned = PositionedRecord(record: record, commitPosition: 1 << 40, preparePosition: -1)
            try Self.expectSame(StreamEventAppeared(event: positioned), damages: 2000, &numbers)
            try Self.expectSame(ReadEventCompleted(result: .success, event: record), damages: 2000, &numbers)
            for count in [nil, 0, 5, -1] as [Int32?] {
                let message = PersistentSubscriptionStreamEventAppeared(event: record, retryCount: count)
                try Self.expectSame(message, damages: 500, &numbers)
            }
        }
        try Self.expectSame(ReadEventCompleted(result: .error, error: "Wrong \u{FC}"), damages: 2000, &numbers)
    }

    @Test("pages are read as protobuf-c reads them, or not at all")
    func pages() throws {
        var numbers = SeededGenerator(seed: 20_261_129)
        let events = Self.records.map { PositionedRecord(record: $0, commitPosition: 7, preparePosition: .max) }
        for number in Self.numbers {
            try Self.expectSame(
                ReadStreamEventsCompleted(
                    result: .success, events: Self.records, nextEventNumber: number, lastEventNumber: 3,
                    isEndOfStream: false, lastCommitPosition: number), damages: 1000, &numbers)
            try Self.expectSame(
                ReadStreamEventsCompleted(result: .noStream, lastCommitPosition: number, error: nil), damages: 1000,
                &numbers)
            try Self.expectSame(
                ReadAllEventsCompleted(
                    commitPosition: number, preparePosition: 0, events: events, nextCommitPosition: 1), damages: 1000,
                &numbers)
            try Self.expectSame(
                ReadAllEventsCompleted(commitPosition: 1, preparePosition: number, result: .error, error: "e"),
                damages: 1000, &numbers)
            try Self.expectSame(
                FilteredReadAllEventsCompleted(
                    commitPosition: number, preparePosition: 0, events: events, isEndOfStream: true), damages: 1000,
                &numbers)
        }
    }

    @Test("the answer to a write is read as protobuf-c reads it, or not at all")
    func answers() throws {
        var numbers = SeededGenerator(seed: 20_261_129)
        for number in Self.numbers {
            try Self.expectSame(
                WriteEventsCompleted(
                    result: .success, message: "m", firstEventNumber: number, lastEventNumber: 2,
                    preparePosition: nil, commitPosition: number, currentVersion: 0), damages: 3000, &numbers)
        }
        #expect(try Self.reads(WriteEventsCompleted.self, Bytes()))
    }

    @Test("a write is read as protobuf-c reads it, or not at all")
    func writes() throws {
        var numbers = SeededGenerator(seed: 20_261_129)
        for size in [0, 1, 130] {
            var event = ProposedEvent(
                id: GUID(3, UInt64(size)), type: "PonyJumped", isJSON: true,
                data: Bytes(Array(repeating: 7, count: size)), metadata: Bytes(Array(repeating: 9, count: size / 3)))
            for count in [0, 1, 3] {
                let write = WriteEvents(
                    stream: "ponies", expectedVersion: Int64(-size), events: Array(repeating: event, count: count),
                    requireMaster: true)
                try Self.expectSame(write, damages: 3000, &numbers)
            }
            event.metadata = nil
            try Self.expectSame(event, damages: 3000, &numbers)
        }
    }

    /// What servers do not write is left to protobuf-c, which reads it.
    @Test("messages with fields in another order, twice, or that nobody knows are read, by protobuf-c")
    func others() throws {
        let fields: [[UInt8]] = [[0x08, 0], [0x18, 5], [0x20, 6]]
        let usual = Bytes(fields.flatMap { $0 })
        #expect(try Self.reads(WriteEventsCompleted.self, usual))
        let unusual: [[UInt8]] = [
            fields.reversed().flatMap { $0 }, [0x08, 7] + [UInt8](usual), [UInt8](usual) + [0x78, 1],
            // 5 in more bytes than it needs.
            [0x08, 0x80, 0, 0x18, 0x85, 0x80, 0, 0x20, 6],
        ]
        for payload in unusual {
            let message = try WriteEventsCompleted(decoding: Bytes(payload))
            #expect(message.packed() == (try WriteEventsCompleted.unpacked(usual)).packed())
        }
    }
}
