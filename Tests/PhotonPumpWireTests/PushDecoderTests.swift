import PhotonPumpWire
import Testing

@Suite("Pushed events")
struct PushDecoderTests {
    /// Below, about and above what blocks of records hold, and what is kept for unpacking.
    private static let sizes = [0, 1, 300, 40_000, 7, 8, 100_000, 2_000, 300, 300]

    private static func record(_ number: Int, size: Int) -> EventRecord {
        EventRecord(
            stream: Bytes(utf8: "s"), number: Int64(number), id: GUID(1, UInt64(number)),
            type: Bytes(utf8: "t\(number)"), isJSON: false,
            data: Bytes((0..<size).map { UInt8(truncatingIfNeeded: $0 + number) }),
            metadata: Bytes(utf8: "m"), created: Int64(number))
    }

    private static func expectSame(_ one: EventRecord?, _ other: EventRecord?) {
        #expect(one?.number == other?.number)
        #expect(one?.id == other?.id)
        #expect(one?.type == other?.type)
        #expect(one?.data == other?.data)
        #expect(one?.metadata == other?.metadata)
        #expect(one?.createdTicks == other?.createdTicks)
    }

    @Test("pushed events are what was pushed, however many come together and whatever else comes among them")
    func series() throws {
        var decoder = PushDecoder()
        var events: [PushedRecord] = []
        for (number, size) in Self.sizes.enumerated() {
            let link = number % 2 == 0 ? nil : Self.record(number + 100, size: 3)
            let record = ResolvedRecord(event: Self.record(number, size: size), link: link)
            let event = PositionedRecord(record: record, commitPosition: Int64(number), preparePosition: 7)
            events += [try decoder.pushed(.streamEventAppeared, StreamEventAppeared(event: event).encoded())]
                .compactMap(\.self)
            // It is as good as before after what is no message, and after a rest.
            #expect(throws: MalformedMessage("StreamEventAppeared", "it is not valid protobuf")) {
                try decoder.pushed(.streamEventAppeared, Bytes([0xFF, 0xFF, 0xFF, 0xFF]))
            }
            if number == 5 { decoder.rest() }
        }
        decoder.rest()
        #expect(events.count == Self.sizes.count)
        for (number, event) in events.enumerated() {
            Self.expectSame(event.record.event, Self.record(number, size: Self.sizes[number]))
            Self.expectSame(event.record.link, number % 2 == 0 ? nil : Self.record(number + 100, size: 3))
            #expect(event.position?.commit == Int64(number))
            #expect(event.position?.prepare == 7)
        }
    }

    @Test("pushed events for consumers come with the number of their deliveries, if there is one")
    func forConsumers() throws {
        var decoder = PushDecoder()
        for count in [nil, 0, 3] as [Int32?] {
            let event = ResolvedRecord(event: Self.record(1, size: 10), link: nil)
            let message = PersistentSubscriptionStreamEventAppeared(event: event, retryCount: count)
            let read = try decoder.pushed(.persistentSubscriptionStreamEventAppeared, message.encoded())
            #expect(read?.retryCount == count)
            #expect(read?.position == nil)
            Self.expectSame(read?.record.event, event.event)
        }
    }

    @Test("pushed events that are made of nothing but empty fields are refused, each for itself")
    func bomb() throws {
        var decoder = PushDecoder()
        // ResolvedEvents with two bytes on the wire each, far more as a struct.
        let count = 1 << 20
        let payload = Bytes((0..<count).map { $0 % 2 == 0 ? 0x0A : 0 })
        #expect(throws: MalformedMessage.self) { try decoder.pushed(.streamEventAppeared, payload) }
        let record = ResolvedRecord(event: Self.record(1, size: 10), link: nil)
        let event = PositionedRecord(record: record, commitPosition: 1, preparePosition: 1)
        let read = try decoder.pushed(.streamEventAppeared, StreamEventAppeared(event: event).encoded())
        Self.expectSame(read?.record.event, record.event)
        #expect(try decoder.pushed(.pong, payload)?.record.event == nil)
    }
}
