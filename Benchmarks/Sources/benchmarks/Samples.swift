internal import PhotonPump
internal import PhotonPumpWire

/// What is sent and received: events of a size that is common, the same in every run.
enum Sample {
    static let stream = "bench"
    static let group = "bench-group"
    static let type = "bench-event"
    /// Of one event.
    static let json = json(bytes: 256)

    /// A JSON object of `bytes` bytes.
    static func json(bytes: Int) -> String {
        let start = #"{"id":123456,"name":"benchmark","pad":""#
        return start + String(repeating: "x", count: max(0, bytes - start.utf8.count - 2)) + "\"}"
    }

    private static let payload = Payload(Self.json)

    /// To be published by the client, each time with new ids.
    static func newEvents(_ count: Int) -> [NewEvent] {
        (0..<count).map { _ in NewEvent(type: Self.type, data: Self.payload, isJSON: true) }
    }

    /// A write as the client sends it.
    static func write(_ count: Int) -> WriteEvents {
        let data = Bytes(utf8: Self.json)
        let events = (0..<count).map { number in
            ProposedEvent(id: Self.id(number), type: Self.type, isJSON: true, data: data, metadata: Bytes())
        }
        return WriteEvents(stream: Self.stream, expectedVersion: -2, events: events, requireMaster: true)
    }

    static func id(_ number: Int) -> GUID { GUID(0x1234_5678_9abc_4def, 0x8000_0000_0000_0000 | UInt64(number)) }

    /// An event as a server has it.
    static func record(_ number: Int, bytes: Int = 256) -> EventRecord {
        self.record(number, data: Bytes(utf8: Self.json(bytes: bytes)))
    }

    static func record(_ number: Int, data: Bytes) -> EventRecord {
        EventRecord(
            stream: Bytes(utf8: Self.stream), number: Int64(number), id: Self.id(number), type: Bytes(utf8: Self.type),
            isJSON: true, data: data, metadata: Bytes(), created: 1_600_000_000_000)
    }

    /// The events from `first` on that there are in a stream of `length` events.
    static func page(
        from first: Int, atMost count: Int, ofStreamWith length: Int, bytes: Int = 256
    ) -> ReadStreamEventsCompleted {
        let end = min(first + count, length)
        let data = Bytes(utf8: Self.json(bytes: bytes))
        return ReadStreamEventsCompleted(
            result: .success,
            events: (first..<max(first, end)).map { ResolvedRecord(event: self.record($0, data: data), link: nil) },
            nextEventNumber: Int64(max(first, end)),
            lastEventNumber: Int64(length - 1),
            isEndOfStream: end >= length,
            lastCommitPosition: Int64(length) * 512
        )
    }

    /// What a subscriber is sent.
    static func appeared(_ number: Int, data: Bytes) -> StreamEventAppeared {
        let record = ResolvedRecord(event: self.record(number, data: data), link: nil)
        return StreamEventAppeared(
            event: PositionedRecord(
                record: record, commitPosition: Int64(number) * 512, preparePosition: Int64(number) * 512))
    }

    /// What a consumer of a persistent subscription is sent.
    static func delivered(_ number: Int, data: Bytes) -> PersistentSubscriptionStreamEventAppeared {
        PersistentSubscriptionStreamEventAppeared(
            event: ResolvedRecord(event: self.record(number, data: data), link: nil), retryCount: 0)
    }
}
