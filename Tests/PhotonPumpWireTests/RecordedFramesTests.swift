import CEventStoreMessages
import Foundation
import PhotonPumpWire
import RecordedFrames
import Testing

@Suite("Frames recorded from a real server")
struct RecordedFramesTests {
    @Test(
        "frames recorded from a real server are decoded to what they were made of, and encoded to the same bytes",
        arguments: Recording.names)
    func framesRoundTrip(name: String) throws {
        let recording = try Recording(name)
        #expect(!recording.frames.isEmpty)
        for frame in recording.frames {
            var decoder = FrameDecoder()
            frame.bytes.withUnsafeBytes { decoder.append($0) }
            let package = try #require(try decoder.next(), "\(name) \(frame.seq)")
            #expect(package.command.rawValue == frame.command)
            #expect(package.flags == frame.flags)
            #expect(UUID(uuid: package.correlation.textOrder) == frame.correlation)
            #expect(package.login?.name == frame.login)
            #expect(package.login?.password == frame.password)
            #expect(Array(package.payload) == frame.payload)
            #expect(try decoder.next() == nil)
            #expect(decoder.unfinishedCount == 0)
            if frame.flags <= Package.authenticatedFlag { #expect(encoded(package) == frame.bytes) }
        }
    }

    @Test(
        "frames recorded from a real server have payloads that the schema reads and writes byte for byte",
        arguments: Recording.names)
    func payloadsMatchTheSchema(name: String) throws {
        for frame in try Recording(name).frames {
            guard let schema = Schema.ofPayload(frame) else { continue }
            let again = schema.decodedAndEncoded(frame.payload)
            let expected = frame.isUndecodable ? nil : frame.payload
            #expect(again == expected, "\(name) \(frame.seq) \(frame.name)")
        }
    }

    @Test(
        "frames recorded from a real server hold messages that our own types read and write byte for byte",
        arguments: Recording.names)
    func messagesRoundTrip(name: String) throws {
        for frame in try Recording(name).frames {
            guard let type = Self.messages[Command(rawValue: frame.command)] else { continue }
            // Bare sockets sent what no client does: fields left out, and payloads that are no message.
            if frame.isUndecodable || (name.hasSuffix(".raw") && frame.direction == .toServer) { continue }
            let message = try type.init(decoding: Bytes(frame.payload))
            #expect(Array(message.encoded()) == frame.payload, "\(name) \(frame.seq) \(frame.name)")
        }
    }

    /// What each command's payload is read as.
    private static let messages: [Command: any WireMessage.Type] = [
        .writeEvents: WriteEvents.self, .writeEventsCompleted: WriteEventsCompleted.self,
        .readEvent: ReadEvent.self, .readEventCompleted: ReadEventCompleted.self,
        .readStreamEventsForward: ReadStreamEvents.self,
        .readStreamEventsForwardCompleted: ReadStreamEventsCompleted.self,
        .readStreamEventsBackward: ReadStreamEvents.self,
        .readStreamEventsBackwardCompleted: ReadStreamEventsCompleted.self,
        .identifyClient: IdentifyClient.self, .notHandled: NotHandled.self,
        .ping: Echo.self, .pong: Echo.self,
        .deleteStream: DeleteStream.self, .deleteStreamCompleted: DeleteStreamCompleted.self,
        .readAllEventsForward: ReadAllEvents.self, .readAllEventsForwardCompleted: ReadAllEventsCompleted.self,
        .readAllEventsBackward: ReadAllEvents.self, .readAllEventsBackwardCompleted: ReadAllEventsCompleted.self,
        .transactionStart: TransactionStart.self, .transactionStartCompleted: TransactionStartCompleted.self,
        .transactionWrite: TransactionWrite.self, .transactionWriteCompleted: TransactionWriteCompleted.self,
        .transactionCommit: TransactionCommit.self, .transactionCommitCompleted: TransactionCommitCompleted.self,
        .scavengeDatabaseCompleted: ScavengeDatabaseCompleted.self,
        .subscribeToStream: SubscribeToStream.self, .subscriptionConfirmation: SubscriptionConfirmation.self,
        .streamEventAppeared: StreamEventAppeared.self, .unsubscribeFromStream: UnsubscribeFromStream.self,
        .subscriptionDropped: SubscriptionDropped.self,
        .connectToPersistentSubscription: ConnectToPersistentSubscription.self,
        .persistentSubscriptionConfirmation: PersistentSubscriptionConfirmation.self,
        .persistentSubscriptionStreamEventAppeared: PersistentSubscriptionStreamEventAppeared.self,
        .createPersistentSubscription: CreatePersistentSubscription.self,
        .createPersistentSubscriptionCompleted: CreatePersistentSubscriptionCompleted.self,
        .updatePersistentSubscription: UpdatePersistentSubscription.self,
        .updatePersistentSubscriptionCompleted: UpdatePersistentSubscriptionCompleted.self,
        .deletePersistentSubscription: DeletePersistentSubscription.self,
        .deletePersistentSubscriptionCompleted: DeletePersistentSubscriptionCompleted.self,
        .persistentSubscriptionAckEvents: PersistentSubscriptionAckEvents.self,
        .persistentSubscriptionNakEvents: PersistentSubscriptionNakEvents.self,
    ]
}
