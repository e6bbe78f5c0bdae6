import PhotonPumpWire
import Testing

@Suite("Payloads that are no message")
struct MalformedMessageTests {
    @Test("payloads that are no message are refused, naming the message")
    func garbage() {
        #expect(throws: MalformedMessage("WriteEventsCompleted", "it is not valid protobuf")) {
            try WriteEventsCompleted(decoding: Bytes([0xFF, 0xFF, 0xFF, 0xFF]))
        }
    }

    @Test("payloads that are no message because they are cut short never decode to something else", arguments: 1...60)
    func truncated(missing: Int) throws {
        let whole = Self.page(count: 1).encoded()
        let part = whole.slice(0..<max(0, whole.count - missing))
        if let page = try? ReadStreamEventsCompleted(decoding: part) {
            // Cut exactly between two fields: what is there is what was there.
            #expect(page.events.count <= 1)
            if let event = page.events.first?.event { #expect(event.data == Bytes(utf8: "data 0")) }
        }
    }

    @Test(
        "payloads that are no message with an event id of another length than 16 are refused", arguments: [0, 15, 17])
    func eventID(count: Int) {
        // ResolvedIndexedEvent { event { event_id: … } } in field 1 of ReadStreamEventsCompleted.
        let id = [0x1A, UInt8(count)] + [UInt8](repeating: 1, count: count)
        let event = [0x0A, UInt8(id.count)] + id
        let payload = [0x0A, UInt8(event.count)] + event
        #expect(throws: MalformedMessage("EventRecord", "event_id has \(count) bytes, not 16")) {
            try ReadStreamEventsCompleted(decoding: Bytes(payload))
        }
    }

    @Test("payloads that are no message made of millions of empty fields are refused instead of filling the memory")
    func bomb() {
        // Two bytes on the wire each, far more as a struct.
        let payload = Bytes([UInt8](repeating: 0, count: 8 << 20).enumerated().map { $0.offset % 2 == 0 ? 0x0A : 0 })
        #expect(throws: MalformedMessage.self) { try ReadStreamEventsCompleted(decoding: payload) }
    }

    @Test(
        "payloads that are no message made of the smallest events there are, more than anybody asks for, are refused",
        arguments: [100_000, 5000])
    func manyEvents(count: Int) {
        // ResolvedIndexedEvent { event { event_id: … } }: 22 bytes, and some three hundred as structs.
        let event: [UInt8] = [0x0A, 20, 0x0A, 18, 0x1A, 16] + [UInt8](repeating: 1, count: 16)
        let payload = Bytes([[UInt8]](repeating: event, count: count).flatMap { $0 })
        #expect(throws: MalformedMessage.self) { try ReadStreamEventsCompleted(decoding: payload) }
        // With the tag of field 3.
        let log = Bytes([[UInt8]](repeating: [0x1A] + event.dropFirst(), count: count).flatMap { $0 })
        #expect(throws: MalformedMessage.self) { try ReadAllEventsCompleted(decoding: log) }
        #expect(throws: MalformedMessage.self) { try FilteredReadAllEventsCompleted(decoding: log) }
    }

    @Test("broken payloads are not those with as many events and links as servers return, however small they are")
    func largestPage() throws {
        let event = EventRecord(
            stream: Bytes(utf8: "s"), number: 1, id: GUID(7, 1), type: Bytes(utf8: "t"), isJSON: true, data: Bytes(),
            metadata: Bytes(), created: 0
        )
        let records = [ResolvedRecord](repeating: ResolvedRecord(event: event, link: event), count: 4096)
        let page = ReadStreamEventsCompleted(result: .success, events: records, lastCommitPosition: 1)
        #expect(try ReadStreamEventsCompleted(decoding: page.encoded()).events.count == 4096)
        let log = ReadAllEventsCompleted(
            commitPosition: 0, preparePosition: 0,
            events: records.map { PositionedRecord(record: $0, commitPosition: 1, preparePosition: 1) })
        #expect(try ReadAllEventsCompleted(decoding: log.encoded()).events.count == 4096)
        // What clients write is limited by the frame alone.
        let proposed = ProposedEvent(id: GUID(7, 1), type: "t", isJSON: true, data: Bytes(), metadata: Bytes())
        let write = WriteEvents(
            stream: "s", expectedVersion: -2, events: Array(repeating: proposed, count: 50_000), requireMaster: true)
        #expect(try WriteEvents(decoding: write.encoded()).events.count == 50_000)
    }

    @Test("payloads that are no message of random bytes are refused or read, and nothing else happens")
    func random() {
        var numbers = SeededGenerator(seed: 20_261_121)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0..<80, using: &numbers)
            let bytes = Bytes((0..<count).map { _ in UInt8.random(in: 0...255, using: &numbers) })
            for type in Self.types { _ = try? type.init(decoding: bytes).encoded() }
        }
    }

    @Test("payloads that are no message with random changes are refused or read, and nothing else happens")
    func mutated() {
        var numbers = SeededGenerator(seed: 4711)
        let page = Array(Self.page(count: 5).encoded())
        for _ in 0..<20_000 {
            var bytes = page
            for _ in 0..<Int.random(in: 1...6, using: &numbers) {
                bytes[Int.random(in: 0..<bytes.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
            }
            guard let read = try? ReadStreamEventsCompleted(decoding: Bytes(bytes)) else { continue }
            for event in read.events.compactMap(\.event) {
                #expect(event.data.count + event.metadata.count + event.stream.count + event.type.count <= bytes.count)
            }
        }
    }

    private static let types: [any WireMessage.Type] = [
        WriteEvents.self, WriteEventsCompleted.self, ReadEvent.self, ReadEventCompleted.self, ReadStreamEvents.self,
        ReadStreamEventsCompleted.self, NotHandled.self, IdentifyClient.self, FilteredReadAllEvents.self,
        FilteredReadAllEventsCompleted.self, SubscribeToStream.self, FilteredSubscribe.self,
        SubscriptionConfirmation.self, StreamEventAppeared.self, CheckpointReached.self, UnsubscribeFromStream.self,
        SubscriptionDropped.self, CreatePersistentSubscription.self, CreatePersistentSubscriptionCompleted.self,
        DeletePersistentSubscription.self, ConnectToPersistentSubscription.self,
        PersistentSubscriptionConfirmation.self, PersistentSubscriptionStreamEventAppeared.self,
        PersistentSubscriptionAckEvents.self, PersistentSubscriptionNakEvents.self, DeleteStream.self,
        DeleteStreamCompleted.self, ReadAllEvents.self, ReadAllEventsCompleted.self, TransactionStart.self,
        TransactionStartCompleted.self, TransactionWrite.self, TransactionWriteCompleted.self, TransactionCommit.self,
        TransactionCommitCompleted.self, ScavengeDatabaseCompleted.self,
    ]

    private static func page(count: Int64) -> ReadStreamEventsCompleted {
        let events = (0..<count).map { number in
            EventRecord(
                stream: Bytes(utf8: "ponies"), number: number, id: GUID(7, UInt64(number)), type: Bytes(utf8: "Jumped"),
                isJSON: true, data: Bytes(utf8: "data \(number)"), metadata: Bytes(), created: 1_600_000_000_000
            )
        }
        return ReadStreamEventsCompleted(
            result: .success,
            events: events.map { ResolvedRecord(event: $0, link: nil) },
            nextEventNumber: count,
            lastEventNumber: count - 1,
            lastCommitPosition: 1
        )
    }
}
