import EmbeddedEventStore
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

extension ScriptedPeer {
    static let subscription = GUID(0x5B, 1)

    func request(_ message: some WireMessage, _ command: Command, as correlation: GUID = GUID(0x5B, 9)) async throws {
        try await self.send(Package(command, correlation, login: try .admin, payload: message.encoded()))
    }

    /// Subscribes, and waits for the confirmation.
    func subscribe(_ stream: String, resolveLinks: Bool = false) async throws {
        let subscribe = SubscribeToStream(stream: stream, resolveLinks: resolveLinks)
        try await self.request(subscribe, .subscribeToStream, as: Self.subscription)
        #expect(try await self.next()?.command == .subscriptionConfirmation)
    }

    /// Creates a persistent subscription.
    func create(_ settings: PersistentSubscriptionSettings = .tested) async throws {
        try await self.request(
            CreatePersistentSubscription(stream: "s", group: "g", settings: settings), .createPersistentSubscription)
        let answer = try await self.next(.createPersistentSubscriptionCompleted)
        #expect(try CreatePersistentSubscriptionCompleted(decoding: answer.payload).result == .success)
    }

    /// Becomes a consumer of a persistent subscription.
    func consume(limit: Int32 = 10) async throws {
        let connect = ConnectToPersistentSubscription(stream: "s", group: "g", allowedInFlight: limit)
        try await self.request(connect, .connectToPersistentSubscription, as: Self.subscription)
        let answer = try #require(await self.next())
        try #require(answer.command == .persistentSubscriptionConfirmation, "\(answer.command)")
    }

    func ack(_ letters: String) async throws {
        let ack = PersistentSubscriptionAckEvents(
            subscriptionID: "s::g", eventIDs: letters.map { GUID(letter: $0) })
        try await self.request(ack, .persistentSubscriptionAckEvents, as: Self.subscription)
    }

    func park(_ letters: String) async throws {
        let nak = PersistentSubscriptionNakEvents(
            subscriptionID: "s::g", eventIDs: letters.map { GUID(letter: $0) }, message: nil, action: .park)
        try await self.request(nak, .persistentSubscriptionNakEvents, as: Self.subscription)
    }

    /// Writes an event for each letter, and waits for the answer.
    func write(_ letters: String, to stream: String = "s", bytes: Int = 0) async throws {
        let text = "\"\(String(repeating: "x", count: bytes))\""
        let events = letters.map { ProposedEvent(letter: $0, data: text) }
        let write = WriteEvents(stream: stream, expectedVersion: -2, events: events, requireMaster: false)
        try await self.request(write, .writeEvents)
        let answer = try await self.next(.writeEventsCompleted)
        #expect(try WriteEventsCompleted(decoding: answer.payload).result == .success)
    }

    /// The essence of what comes next, which must be for the subscription.
    func told() async throws -> String {
        let package = try #require(await self.next(), "the server closed")
        #expect(package.correlation == Self.subscription)
        switch package.command {
        case .streamEventAppeared:
            return try Answer.message(StreamEventAppeared(decoding: package.payload), package.command).gist
        case .persistentSubscriptionStreamEventAppeared:
            let event = try PersistentSubscriptionStreamEventAppeared(decoding: package.payload)
            return Answer.message(event, package.command).gist
        case .subscriptionDropped:
            return try Answer.message(SubscriptionDropped(decoding: package.payload), package.command).gist
        default:
            return "\(package.command)"
        }
    }

    /// Expects that nothing was said meanwhile.
    func expectSilence() async throws {
        let pong = try await self.ask(Package(.ping, GUID(0xBA, 1)))
        #expect(pong?.command == .pong)
    }
}
