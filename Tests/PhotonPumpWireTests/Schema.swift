import CEventStoreMessages
import RecordedFrames

/// A message of the generated schema, read and written by protobuf-c's own descriptors.
struct Schema {
    let descriptor: UnsafePointer<ProtobufCMessageDescriptor>

    private init(_ descriptor: UnsafePointer<ProtobufCMessageDescriptor>) {
        self.descriptor = descriptor
    }

    /// A payload decoded and encoded again; nil when it cannot be decoded.
    func decodedAndEncoded(_ payload: [UInt8]) -> [UInt8]? {
        guard let message = protobuf_c_message_unpack(self.descriptor, nil, payload.count, payload) else { return nil }
        defer { protobuf_c_message_free_unpacked(message, nil) }
        var encoded = [UInt8](repeating: 0, count: protobuf_c_message_get_packed_size(message))
        let written = protobuf_c_message_pack(message, &encoded)
        return Array(encoded.prefix(written))
    }

    /// The schema of a frame's payload; nil where it is text, an echo or nothing.
    static func ofPayload(_ frame: RecordedFrame) -> Schema? {
        self.byCommand[frame.command].map { Schema($0()) }
    }

    /// The descriptors are constants of the C library, which never change and never go away.
    private static let byCommand: [UInt8: @Sendable () -> UnsafePointer<ProtobufCMessageDescriptor>] = [
        0x82: { Self.of(Es__WriteEvents(), es__write_events__init) },
        0x83: { Self.of(Es__WriteEventsCompleted(), es__write_events_completed__init) },
        0x84: { Self.of(Es__TransactionStart(), es__transaction_start__init) },
        0x85: { Self.of(Es__TransactionStartCompleted(), es__transaction_start_completed__init) },
        0x86: { Self.of(Es__TransactionWrite(), es__transaction_write__init) },
        0x87: { Self.of(Es__TransactionWriteCompleted(), es__transaction_write_completed__init) },
        0x88: { Self.of(Es__TransactionCommit(), es__transaction_commit__init) },
        0x89: { Self.of(Es__TransactionCommitCompleted(), es__transaction_commit_completed__init) },
        0x8A: { Self.of(Es__DeleteStream(), es__delete_stream__init) },
        0x8B: { Self.of(Es__DeleteStreamCompleted(), es__delete_stream_completed__init) },
        0xB0: { Self.of(Es__ReadEvent(), es__read_event__init) },
        0xB1: { Self.of(Es__ReadEventCompleted(), es__read_event_completed__init) },
        0xB2: { Self.of(Es__ReadStreamEvents(), es__read_stream_events__init) },
        0xB3: { Self.of(Es__ReadStreamEventsCompleted(), es__read_stream_events_completed__init) },
        0xB4: { Self.of(Es__ReadStreamEvents(), es__read_stream_events__init) },
        0xB5: { Self.of(Es__ReadStreamEventsCompleted(), es__read_stream_events_completed__init) },
        0xB6: { Self.of(Es__ReadAllEvents(), es__read_all_events__init) },
        0xB7: { Self.of(Es__ReadAllEventsCompleted(), es__read_all_events_completed__init) },
        0xB8: { Self.of(Es__ReadAllEvents(), es__read_all_events__init) },
        0xB9: { Self.of(Es__ReadAllEventsCompleted(), es__read_all_events_completed__init) },
        0xC0: { Self.of(Es__SubscribeToStream(), es__subscribe_to_stream__init) },
        0xC1: { Self.of(Es__SubscriptionConfirmation(), es__subscription_confirmation__init) },
        0xC2: { Self.of(Es__StreamEventAppeared(), es__stream_event_appeared__init) },
        0xC3: { Self.of(Es__UnsubscribeFromStream(), es__unsubscribe_from_stream__init) },
        0xC4: { Self.of(Es__SubscriptionDropped(), es__subscription_dropped__init) },
        0xC5: { Self.of(Es__ConnectToPersistentSubscription(), es__connect_to_persistent_subscription__init) },
        0xC6: { Self.of(Es__PersistentSubscriptionConfirmation(), es__persistent_subscription_confirmation__init) },
        0xC7: {
            Self.of(
                Es__PersistentSubscriptionStreamEventAppeared(), es__persistent_subscription_stream_event_appeared__init
            )
        },
        0xC8: { Self.of(Es__CreatePersistentSubscription(), es__create_persistent_subscription__init) },
        0xC9: {
            Self.of(Es__CreatePersistentSubscriptionCompleted(), es__create_persistent_subscription_completed__init)
        },
        0xCA: { Self.of(Es__DeletePersistentSubscription(), es__delete_persistent_subscription__init) },
        0xCB: {
            Self.of(Es__DeletePersistentSubscriptionCompleted(), es__delete_persistent_subscription_completed__init)
        },
        0xCC: { Self.of(Es__PersistentSubscriptionAckEvents(), es__persistent_subscription_ack_events__init) },
        0xCD: { Self.of(Es__PersistentSubscriptionNakEvents(), es__persistent_subscription_nak_events__init) },
        0xCE: { Self.of(Es__UpdatePersistentSubscription(), es__update_persistent_subscription__init) },
        0xCF: {
            Self.of(Es__UpdatePersistentSubscriptionCompleted(), es__update_persistent_subscription_completed__init)
        },
        0xD0: { Self.of(Es__ScavengeDatabase(), es__scavenge_database__init) },
        0xD1: { Self.of(Es__ScavengeDatabaseCompleted(), es__scavenge_database_completed__init) },
        0xF1: { Self.of(Es__NotHandled(), es__not_handled__init) },
        0xF5: { Self.of(Es__IdentifyClient(), es__identify_client__init) },
        0xF6: { Self.of(Es__ClientIdentified(), es__client_identified__init) },
    ]

    private static func of<M>(
        _ empty: M,
        _ initialize: (UnsafeMutablePointer<M>?) -> Void
    ) -> UnsafePointer<ProtobufCMessageDescriptor> {
        var message = empty
        return withUnsafeMutablePointer(to: &message) { message in
            initialize(message)
            return message.withMemoryRebound(to: ProtobufCMessage.self, capacity: 1) { $0.pointee.descriptor }
        }
    }
}
