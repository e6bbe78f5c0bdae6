import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

/// Whatever subscribers and consumers send, in whatever order, the server goes on.
@Suite struct HostileSubscriberTests {
    private static let commands: [Command] = [
        .subscribeToStream, .filteredSubscribeToStream, .unsubscribeFromStream, .createPersistentSubscription,
        .updatePersistentSubscription, .deletePersistentSubscription, .connectToPersistentSubscription,
        .persistentSubscriptionAckEvents, .persistentSubscriptionNakEvents, .writeEvents,
    ]

    private static func payload(_ command: Command, _ generator: inout SeededGenerator) -> Bytes {
        let stream = ["s", "", "$all", "$persistentsubscription-s::g-parked"].randomElement(using: &generator) ?? ""
        let ids = "abcd".map { GUID(letter: $0) }.shuffled(using: &generator)
        var settings = PersistentSubscriptionSettings.tested
        settings.maxCheckpointCount = .random(in: -1...3, using: &generator)
        settings.messageTimeout = .random(in: -1...3, using: &generator)
        settings.startFrom = .random(in: -2...3, using: &generator)
        settings.resolveLinks = .random(using: &generator)
        settings.consumerStrategy = ["RoundRobin", "Pinned", nil].randomElement(using: &generator) ?? nil
        switch command {
        case .subscribeToStream:
            return SubscribeToStream(stream: stream, resolveLinks: true).encoded()
        case .filteredSubscribeToStream:
            let filter = Filter(.streamID, .prefix, ["s"])
            return FilteredSubscribe(stream: "", resolveLinks: true, filter: filter, checkpointInterval: 1).encoded()
        case .createPersistentSubscription, .updatePersistentSubscription:
            return CreatePersistentSubscription(stream: stream, group: "g", settings: settings).encoded()
        case .deletePersistentSubscription:
            return DeletePersistentSubscription(stream: stream, group: "g").encoded()
        case .connectToPersistentSubscription:
            let limit = Int32.random(in: -1...5, using: &generator)
            return ConnectToPersistentSubscription(stream: stream, group: "g", allowedInFlight: limit).encoded()
        case .persistentSubscriptionAckEvents:
            return PersistentSubscriptionAckEvents(subscriptionID: "\(stream)::g", eventIDs: ids).encoded()
        case .persistentSubscriptionNakEvents:
            let action = PersistentSubscriptionNakEvents.Action(rawValue: .random(in: 0...6, using: &generator))
            return PersistentSubscriptionNakEvents(
                subscriptionID: "\(stream)::g", eventIDs: Array(ids.prefix(2)), message: "why", action: action
            ).encoded()
        case .writeEvents:
            let events = [ProposedEvent(letter: "abcdef".randomElement(using: &generator) ?? "a", type: "$>")]
            return WriteEvents(stream: "s", expectedVersion: -2, events: events, requireMaster: true).encoded()
        default:
            return Bytes()
        }
    }

    @Test("requests of chance, some with bytes of chance, while time passes and clients leave", arguments: 0..<8)
    func random(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let node = TestNode { $0.write("abc", to: "s") }
        var session = Session()
        for step in 0..<1_000 {
            let command = Self.commands.randomElement(using: &generator) ?? .ping
            var payload = Self.payload(command, &generator).withUnsafeBytes { Array($0) }
            if Int.random(in: 0..<4, using: &generator) == 0,
                let position = payload.indices.randomElement(using: &generator)
            {
                payload[position] = .random(in: 0 ... .max, using: &generator)
            }
            let client = ClientID(node: 0, connection: .random(in: 0..<3, using: &generator))
            let correlation = GUID(1, .random(in: 0..<3, using: &generator))
            let login = try Login.admin
            let package = Package(command, correlation, login: login, payload: Bytes(payload))
            _ = node.answer(package, &session, from: client, now: Int64(step))
            switch Int.random(in: 0..<20, using: &generator) {
            case 0: node.act { $0.clientLeft(client, now: Int64(step)) }
            case 1: node.act { $0.tick(now: Int64(step)) }
            case 2: _ = node.act { $0.replayParked("s::g", now: Int64(step)) }
            case 3: node.act { $0.masterChanged(from: 0, to: 0, now: Int64(step)) }
            default: break
            }
            for var group in node.store.groups.all {
                let consumers = group.info(now: Int64(step)).connections
                #expect(consumers.allSatisfy { $0.inFlightMessages == 0 || $0.availableSlots >= 0 })
            }
            _ = node.act { $0.takeDeliveries() }
        }
        #expect(node.store.published == node.log.entries.count)
    }
}
