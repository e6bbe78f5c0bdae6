import PhotonPumpWire
import Testing

/// What no recording has; the rest is in ``RecordedFramesTests``.
@Suite("Messages of subscriptions")
struct SubscriptionMessageTests {
    @Test(
        "messages of subscriptions that ask for a filtered subscription are written and read byte for byte",
        arguments: [
            (
                FilteredSubscribe(
                    stream: "", resolveLinks: false, filter: Filter(.eventType, .prefix, ["a"]), checkpointInterval: -1),
                "0a00 1000 1a07 0801 1001 1a0161 20 ff ff ff ff ff ff ff ff ff 01"
            ),
            (
                FilteredSubscribe(
                    stream: "s", resolveLinks: true, filter: Filter(.streamID, .regex, ["^o"]), checkpointInterval: 500
                ),
                "0a0173 1001 1a08 0800 1000 1a025e6f 20f403"
            ),
        ]
    )
    func filteredSubscribe(_ request: FilteredSubscribe, hex: String) throws {
        #expect([UInt8](request.encoded()) == [UInt8](hex: hex))
        #expect(try FilteredSubscribe(decoding: Bytes([UInt8](hex: hex))) == request)
    }

    @Test("subscription messages that tell how far a filtered subscription has come are written and read byte for byte")
    func checkpoint() throws {
        let checkpoint = CheckpointReached(commitPosition: 1000, preparePosition: 999)
        #expect([UInt8](checkpoint.encoded()) == [UInt8](hex: "08e807 10e707"))
        #expect(try CheckpointReached(decoding: Bytes([UInt8](hex: "08e807 10e707"))) == checkpoint)
    }

    @Test("messages of subscriptions keep reasons, results and actions that nobody knows yet")
    func unknownNumbers() throws {
        let dropped = try SubscriptionDropped(decoding: Bytes([UInt8](hex: "0809")))
        #expect(dropped.reason.rawValue == 9)
        #expect([UInt8](dropped.encoded()) == [UInt8](hex: "0809"))
        let created = try CreatePersistentSubscriptionCompleted(decoding: Bytes([UInt8](hex: "0809 1200")))
        #expect(created.result.rawValue == 9)
        #expect([UInt8](created.encoded()) == [UInt8](hex: "0809 1200"))
        let nak = try PersistentSubscriptionNakEvents(decoding: Bytes([UInt8](hex: "0a0173 2009")))
        #expect(nak.action.rawValue == 9)
        #expect([UInt8](nak.encoded()) == [UInt8](hex: "0a0173 2009"))
    }

    @Test("messages of subscriptions that drop a subscription mean unsubscribed when they are empty")
    func emptyDrop() throws {
        #expect(try SubscriptionDropped(decoding: Bytes()) == SubscriptionDropped(reason: .unsubscribed))
        #expect(SubscriptionDropped(reason: .unsubscribed).encoded().isEmpty)
        #expect([UInt8](SubscriptionDropped(reason: .subscriberMaxCountReached).encoded()) == [0x08, 0x04])
    }

    @Test("messages of subscriptions come from newer servers without the fields that are zero")
    func omitted() throws {
        #expect(
            try SubscriptionConfirmation(decoding: Bytes())
                == SubscriptionConfirmation(lastCommitPosition: 0, lastEventNumber: nil))
        let event = try PersistentSubscriptionStreamEventAppeared(decoding: Bytes([UInt8](hex: "0a00")))
        #expect(event.retryCount == nil)
        #expect(try CreatePersistentSubscriptionCompleted(decoding: Bytes()).result == .success)
    }

    @Test(
        "messages of subscriptions without what they are about are refused",
        arguments: [
            FilteredSubscribe.self, StreamEventAppeared.self, CreatePersistentSubscription.self,
            DeletePersistentSubscription.self,
            ConnectToPersistentSubscription.self, PersistentSubscriptionConfirmation.self,
            PersistentSubscriptionStreamEventAppeared.self, PersistentSubscriptionAckEvents.self,
            PersistentSubscriptionNakEvents.self,
        ] as [any WireMessage.Type]
    )
    func missing(_ type: any WireMessage.Type) {
        #expect(throws: MalformedMessage.self) { try type.init(decoding: Bytes()) }
    }

    @Test(
        "messages of subscriptions that acknowledge something else than event ids are refused", arguments: [0, 15, 17])
    func eventIDs(count: Int) {
        let payload = [0x0A, 0x01, 0x73, 0x12, UInt8(count)] + [UInt8](repeating: 1, count: count)
        #expect(throws: MalformedMessage("PersistentSubscriptionAckEvents", "an event id has \(count) bytes, not 16")) {
            try PersistentSubscriptionAckEvents(decoding: Bytes(payload))
        }
        #expect(throws: MalformedMessage("PersistentSubscriptionNakEvents", "an event id has \(count) bytes, not 16")) {
            try PersistentSubscriptionNakEvents(decoding: Bytes(payload))
        }
    }

    @Test("messages of subscriptions have commands of their own")
    func commands() {
        #expect(Command.filteredSubscribeToStream.rawValue == 0xD2)
        #expect(Command.checkpointReached.rawValue == 0xD3)
        #expect(Command.checkpointReached.description == "CheckpointReached")
    }
}
