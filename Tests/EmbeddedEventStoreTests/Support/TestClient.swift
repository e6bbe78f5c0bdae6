import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

/// A client of a node that is told of events.
final class TestClient {
    private let node: TestNode
    let id: ClientID
    private let login: Login?
    private let schema: Session.Schema
    private let role: Role
    var now: Int64 = 0

    init(
        _ node: TestNode, _ number: Int = 1, on nodeNumber: Int = 0, login: Login? = try? .admin,
        schema: Session.Schema = .wide, as role: Role = .master
    ) {
        self.node = node
        self.id = ClientID(node: nodeNumber, connection: number)
        self.login = login
        self.schema = schema
        self.role = role
    }

    static func correlation(_ number: UInt64) -> GUID { GUID(0xC0, number) }

    @discardableResult
    func send(_ message: some WireMessage, _ command: Command, as correlation: UInt64 = 1) -> Answer? {
        var session = Session()
        session.schema = self.schema
        let package = Package(
            command, Self.correlation(correlation), login: self.login, payload: message.encoded())
        return self.node.answer(package, &session, as: self.role, from: self.id, now: self.now)
    }

    @discardableResult
    func subscribe(_ stream: String, resolveLinks: Bool = false, as correlation: UInt64 = 1) -> Answer? {
        self.send(SubscribeToStream(stream: stream, resolveLinks: resolveLinks), .subscribeToStream, as: correlation)
    }

    @discardableResult
    func unsubscribe(_ correlation: UInt64 = 1) -> Answer? {
        self.send(UnsubscribeFromStream(), .unsubscribeFromStream, as: correlation)
    }

    @discardableResult
    func write(_ letters: String, to stream: String, type: String = "Tested", data: String = "{}") -> Answer? {
        let events = letters.map { ProposedEvent(letter: $0, type: type, data: data) }
        return self.send(
            WriteEvents(stream: stream, expectedVersion: -2, events: events, requireMaster: true), .writeEvents, as: 99)
    }

    @discardableResult
    func create(
        _ stream: String = "s", _ group: String = "g", _ settings: PersistentSubscriptionSettings = .tested
    )
        -> CreatePersistentSubscriptionCompleted?
    {
        let create = CreatePersistentSubscription(stream: stream, group: group, settings: settings)
        return self.send(create, .createPersistentSubscription, as: 98)?.message()
    }

    @discardableResult
    func connect(
        _ stream: String = "s", _ group: String = "g", limit: Int32 = 10, as correlation: UInt64 = 1
    )
        -> Answer?
    {
        let connect = ConnectToPersistentSubscription(stream: stream, group: group, allowedInFlight: limit)
        return self.send(connect, .connectToPersistentSubscription, as: correlation)
    }

    func ack(_ ids: [GUID], _ group: String = "s::g", as correlation: UInt64 = 1) {
        let ack = PersistentSubscriptionAckEvents(subscriptionID: group, eventIDs: ids)
        #expect(self.send(ack, .persistentSubscriptionAckEvents, as: correlation) == nil)
    }

    func nak(_ ids: [GUID], _ action: PersistentSubscriptionNakEvents.Action, as correlation: UInt64 = 1) {
        let nak = PersistentSubscriptionNakEvents(
            subscriptionID: "s::g", eventIDs: ids, message: "why", action: action)
        #expect(self.send(nak, .persistentSubscriptionNakEvents, as: correlation) == nil)
    }
}

extension TestNode {
    /// What subscribers were told since the last time: the connection, the correlation id and what it was.
    func told() -> [String] {
        self.act { $0.takeDeliveries() }.map { delivery in
            "\(delivery.subscriber.client.connection)/\(delivery.subscriber.correlation.number) \(delivery.content.gist)"
        }
    }
}

extension GUID {
    /// Of a correlation id of a ``TestClient``.
    fileprivate var number: UInt64 { (0...200).first { TestClient.correlation($0) == self } ?? .max }
}

extension Answer {
    /// The essence of what a subscriber is told.
    var gist: String {
        if let event = self.message(as: StreamEventAppeared.self) { return event.event.record.gist }
        // Several subscribers share the bytes.
        if self.command == .streamEventAppeared, case .payload(let bytes) = self.content,
            let event = try? StreamEventAppeared(decoding: bytes)
        {
            return event.event.record.gist
        }
        if let event = self.message(as: PersistentSubscriptionStreamEventAppeared.self) {
            let retries = event.retryCount ?? -1
            return event.event.gist + (retries == 0 ? "" : "+\(retries)")
        }
        if let dropped = self.message(as: SubscriptionDropped.self) { return "dropped \(dropped.reason.rawValue)" }
        if let checkpoint = self.message(as: CheckpointReached.self) {
            return "checkpoint \(checkpoint.commitPosition)"
        }
        return "\(self.command)"
    }
}

extension ResolvedRecord {
    fileprivate var gist: String {
        [self.event, self.link].compactMap(\.self).map { "\($0.number)@\($0.stream.text)" }.joined(separator: " by ")
            + (self.event == nil ? " dead" : "")
    }
}
