import PhotonPumpWire
import Testing

/// No recording has these messages: their bytes are put together by hand.
@Suite("Filtered reads of $all")
struct FilteredReadTests {
    private static let minusOne = "ff ff ff ff ff ff ff ff ff 01"

    private static func read(window: Int32?, _ filter: Filter) -> FilteredReadAllEvents {
        FilteredReadAllEvents(
            commitPosition: -1, preparePosition: 0, maxCount: 10, maxSearchWindow: window, resolveLinks: true,
            requireMaster: false, filter: filter
        )
    }

    @Test(
        "filtered reads of $all are asked for byte for byte",
        arguments: [
            (
                Self.read(window: 500, Filter(.eventType, .prefix, ["a", "b-ü"])),
                "08\(minusOne) 1000 180a 20f403 2801 3000 3a0d 0801 1001 1a0161 1a04622dc3bc"
            ),
            (
                Self.read(window: nil, Filter(.streamID, .regex, ["^o"])),
                "08\(minusOne) 1000 180a 2801 3000 3a08 0800 1000 1a025e6f"
            ),
            (
                Self.read(window: 0, Filter(.streamID, .prefix, [])),
                "08\(minusOne) 1000 180a 2000 2801 3000 3a04 0800 1001"
            ),
        ]
    )
    func request(_ request: FilteredReadAllEvents, hex: String) throws {
        #expect([UInt8](request.encoded()) == [UInt8](hex: hex))
        #expect(try FilteredReadAllEvents(decoding: Bytes([UInt8](hex: hex))) == request)
    }

    @Test("filtered reads of $all are asked for with a filter of a kind that nobody knows yet, which is kept")
    func unknownKind() throws {
        let filter = try FilteredReadAllEvents(decoding: Bytes([UInt8](hex: "3a04 0807 1009"))).filter
        #expect(filter == Filter(.init(rawValue: 7), .init(rawValue: 9), []))
    }

    @Test("filtered reads of $all are refused without a filter")
    func missingFilter() {
        #expect(throws: MalformedMessage("FilteredReadAllEvents", "filter is missing")) {
            try FilteredReadAllEvents(decoding: Bytes([UInt8](hex: "0800 1000 1801")))
        }
    }

    @Test(
        "filtered reads of $all are answered byte for byte",
        arguments: [
            (
                .init(
                    commitPosition: 1000, preparePosition: 0, nextCommitPosition: 2000, nextPreparePosition: 0,
                    isEndOfStream: true
                ),
                "08e807 1000 20d00f 2800 3001"
            ),
            (
                .init(commitPosition: 1, preparePosition: 2, result: .accessDenied),
                "0801 1002 20\(minusOne) 28\(minusOne) 3000 3803"
            ),
            (
                .init(commitPosition: 1, preparePosition: 2, result: .error, error: "no"),
                "0801 1002 20\(minusOne) 28\(minusOne) 3000 3802 42026e6f"
            ),
        ] as [(FilteredReadAllEventsCompleted, String)]
    )
    func answer(_ answer: FilteredReadAllEventsCompleted, hex: String) throws {
        #expect([UInt8](answer.encoded()) == [UInt8](hex: hex))
        let read = try FilteredReadAllEventsCompleted(decoding: Bytes([UInt8](hex: hex)))
        #expect([UInt8](read.encoded()) == [UInt8](hex: hex))
        #expect(read.isEndOfStream == answer.isEndOfStream)
        #expect(read.nextCommitPosition == answer.nextCommitPosition)
        #expect(read.result == answer.result)
        #expect(read.error == answer.error)
    }

    @Test("filtered reads of $all are answered with events at their positions")
    func events() throws {
        let event = EventRecord(
            stream: Bytes(utf8: "s"), number: 3, id: GUID(1, 2), type: Bytes(utf8: "t"), isJSON: true,
            data: Bytes(utf8: "{}"), metadata: Bytes(), created: 0
        )
        let records = [
            ResolvedRecord(event: event, link: nil), ResolvedRecord(event: event, link: event),
            ResolvedRecord(event: nil, link: event),
        ]
        let page = FilteredReadAllEventsCompleted(
            commitPosition: 0, preparePosition: 0,
            events: records.map { PositionedRecord(record: $0, commitPosition: 7, preparePosition: 6) },
            nextCommitPosition: 8, nextPreparePosition: 0
        )
        let record = [UInt8](event.encoded())
        let tags: [[UInt8]] = [[0x0A], [0x0A, 0x12], [0x12]]
        var bytes = [UInt8](hex: "0800 1000")
        for tags in tags {
            var event: [UInt8] = []
            for tag in tags { event += [tag, UInt8(record.count)] + record }
            event += [0x18, 7, 0x20, 6]
            #expect(event.count < 128)
            bytes += [0x1A, UInt8(event.count)] + event
        }
        bytes += [UInt8](hex: "2008 2800 3000")
        #expect([UInt8](page.encoded()) == bytes)
        #expect([UInt8](try FilteredReadAllEventsCompleted(decoding: Bytes(bytes)).encoded()) == bytes)
    }

    @Test("filtered reads of $all are answered by newer servers without the fields that are zero")
    func omitted() throws {
        let page = try FilteredReadAllEventsCompleted(decoding: Bytes())
        #expect((page.commitPosition, page.nextCommitPosition) == (0, 0))
        #expect(!page.isEndOfStream)
        #expect(page.events.isEmpty)
        #expect(page.result == nil)
    }

    @Test("filtered reads of $all have commands of their own, with a gap")
    func commands() {
        let commands: [Command] = [
            .filteredReadAllEventsForward, .filteredReadAllEventsForwardCompleted, .filteredReadAllEventsBackward,
            .filteredReadAllEventsBackwardCompleted,
        ]
        #expect(commands.map(\.rawValue) == [0xBA, 0xBB, 0xBC, 0xBE])
        #expect(commands.map(\.description).allSatisfy { $0.hasPrefix("FilteredReadAllEvents") })
    }
}
