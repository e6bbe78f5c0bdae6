import PhotonPump
import ServiceLifecycle
import Testing

/// The documented ways of consuming the three events of `ponies`, or the group `herd` on it.
enum Consumption: String, CaseIterable, CustomTestStringConvertible {
    case follow, followAll, process, events, messages, persistentProcess, persistentEvents, follower, followerOfAll
    case worker

    var testDescription: String { self.rawValue }

    /// Whether it saves checkpoints in the store.
    var savesNumbers: Bool { [.follow, .process, .follower].contains(self) }

    var isPersistent: Bool { [.persistentProcess, .persistentEvents, .worker].contains(self) }

    /// Consumes, and notes each event.
    ///
    /// - Parameter handle: called for each event of `ponies`.
    func run(
        _ client: Client, _ store: ObservedStore<Int64>, _ handle: @escaping @Sendable (ResolvedEvent) async -> Void
    ) async throws {
        let all = MemoryCheckpointStore<Position>()
        let ponies = EventFilter.streams(prefixedBy: "ponies")
        switch self {
        case .follow:
            try await client.follow("ponies", checkpoint: store) { await handle($0) }
        case .followAll:
            try await client.followAll(matching: ponies, checkpoint: all) { await handle($0) }
        case .process:
            let subscription = try await client.subscribe(to: "ponies", from: store.load() ?? .start)
            try await subscription.process(savingTo: store) { await handle($0) }
        case .events:
            for try await event in try await client.subscribe(to: "ponies", from: .start).events { await handle(event) }
        case .messages:
            let subscription = try await client.subscribeToAll(from: .start, matching: ponies)
            for try await case .event(let event) in subscription.messages { await handle(event) }
        case .persistentProcess:
            let herd = try await client.connectSubscription("herd", to: "ponies")
            try await herd.process { await handle($0.resolved) }
        case .persistentEvents:
            let herd = try await client.connectSubscription("herd", to: "ponies")
            for try await event in herd.events {
                await handle(event.resolved)
                herd.ack(event)
            }
        case .follower:
            try await client.follower(of: "ponies", checkpoint: store) { await handle($0) }.run()
        case .followerOfAll:
            try await client.followerOfAll(matching: ponies, checkpoint: all) { await handle($0) }.run()
        case .worker:
            try await client.worker(of: "herd", to: "ponies") { await handle($0.resolved) }.run()
        }
    }
}

/// A service that consumes in one of these ways.
struct Consumer: Service {
    let consumption: Consumption
    let client: Client
    let store = ObservedStore<Int64>()
    let handle: @Sendable (ResolvedEvent) async -> Void

    func run() async throws { try await self.consumption.run(self.client, self.store, self.handle) }
}
