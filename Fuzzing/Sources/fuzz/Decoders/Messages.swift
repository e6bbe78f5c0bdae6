@testable import PhotonPumpWire

/// Every decoder reads the same bytes: what it reads is the same when it is written and read again, and what reads and
/// writes its own bytes does so as protobuf-c does.
enum Messages {
    static func run(_ bytes: UnsafeRawBufferPointer) {
        let payload = Bytes(copying: bytes)
        self.plain(WriteEvents.self, payload)
        self.plain(WriteEventsCompleted.self, payload)
        self.plain(ReadEventCompleted.self, payload)
        self.plain(ReadStreamEventsCompleted.self, payload)
        self.plain(ReadAllEventsCompleted.self, payload)
        self.plain(FilteredReadAllEventsCompleted.self, payload)
        self.plain(StreamEventAppeared.self, payload)
        self.plain(PersistentSubscriptionStreamEventAppeared.self, payload)
        self.pushed(payload)
        for type in self.others { self.stable(type, payload) }
    }

    private static let others: [any WireMessage.Type] = [
        CheckpointReached.self, ConnectToPersistentSubscription.self, CreatePersistentSubscription.self,
        CreatePersistentSubscriptionCompleted.self, DeletePersistentSubscription.self, DeleteStream.self,
        DeleteStreamCompleted.self, Echo.self, FilteredReadAllEvents.self, FilteredSubscribe.self, IdentifyClient.self,
        NotHandled.self, PersistentSubscriptionAckEvents.self, PersistentSubscriptionConfirmation.self,
        PersistentSubscriptionNakEvents.self, ReadAllEvents.self, ReadEvent.self, ReadStreamEvents.self,
        ScavengeDatabaseCompleted.self, SubscribeToStream.self, SubscriptionConfirmation.self,
        SubscriptionDropped.self, TransactionCommit.self, TransactionCommitCompleted.self, TransactionStart.self,
        TransactionStartCompleted.self, TransactionWrite.self, TransactionWriteCompleted.self,
        UnsubscribeFromStream.self,
    ]

    private static func stable<Message: WireMessage>(_ type: Message.Type, _ payload: Bytes) {
        guard let message = try? type.init(decoding: payload) else { return }
        let encoded = message.encoded()
        guard let again = try? type.init(decoding: encoded) else {
            report("\(type) \([UInt8](payload)) is not read again: \([UInt8](encoded))")
        }
        check(again.encoded() == encoded, "\(type) \([UInt8](encoded)) is read again as \([UInt8](again.encoded()))")
    }

    private static func plain<Message: SelfDecoding>(_ type: Message.Type, _ payload: Bytes) {
        self.stable(type, payload)
        let plain = payload.withUnsafeBytes { bytes in
            var reader = ProtobufReader(bytes)
            return Message(plain: &reader)
        }
        let whole = try? type.unpacked(payload)
        let decoded = try? type.init(decoding: payload)
        check((whole == nil) == (decoded == nil), "\(type) \([UInt8](payload)) is only read by one of both")
        guard let whole else { return check(plain == nil, "\(type) \([UInt8](payload)) reads what protobuf-c refuses") }
        check(whole.encoded() == whole.packed(), "\(type) \([UInt8](payload)) is written differently")
        if let plain { check(plain.packed() == whole.packed(), "\(type) \([UInt8](payload)) is read differently") }
    }

    /// What is read by a shared writer is what is read alone.
    private static func pushed(_ payload: Bytes) {
        var decoder = PushDecoder()
        for _ in 0..<2 {
            let together = try? decoder.pushed(.streamEventAppeared, payload)
            let alone = try? StreamEventAppeared(decoding: payload)
            check(
                together?.record.encoded() == alone?.event.record.encoded(),
                "\([UInt8](payload)) is read differently when it is pushed")
            check(together?.position?.commit == alone?.event.commitPosition, "\([UInt8](payload)): another position")
        }
    }
}

extension [UInt8] {
    init(_ bytes: Bytes) {
        self = bytes.withUnsafeBytes { [UInt8]($0) }
    }
}
