import Foundation
import PhotonPump
import PhotonPumpTransport
import PhotonPumpWire
import Synchronization

/// Competing consumers of one group, of which every event has to be handled by one of them.
final class Crew: Sendable {
    private struct Refusal: Error {
        let action: PersistentSubscription.RefusalAction
    }

    private struct State {
        /// What was done with events in the end, as far as the consumers could tell.
        var handled: Set<UUID> = []
        var parked: Set<UUID> = []
        var isStopped = false
        var stops: [Int: @Sendable () -> Void] = [:]
        var chances: SeededGenerator
    }

    static let group = "crew"

    private let clients: [Client]
    private let stage: Stage
    private let state: Mutex<State>

    /// - Parameter clients: each has one consumer at a time.
    init(_ clients: [Client], _ stage: Stage) async throws {
        self.clients = clients
        self.stage = stage
        self.state = Mutex(State(chances: stage.chances(200)))
        var settings = PersistentSubscriptionSettings()
        settings.startFrom = .start
        settings.messageTimeout = .seconds(2)
        // The server parks nothing by itself.
        settings.maximumRetryCount = 1_000_000
        // The checkpoint comes to the last event, and not to one of the last ten.
        settings.minimumCheckpointCount = 1
        settings.checkpointAfter = .milliseconds(200)
        try await clients[0].createSubscription(Self.group, to: Stage.sharedStream, settings: settings)
    }

    private func chance(_ range: Range<Int>) -> Int { self.state.withLock { $0.chances.number(range) } }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, client) in self.clients.enumerated() {
                group.addTask {
                    while !self.state.withLock({ $0.isStopped }) {
                        self.stage.ledger.count { $0.subscriptions += 1 }
                        try await self.runOnce(number, client)
                        try await self.stage.sleep(milliseconds: self.chance(0..<50))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    func stop() {
        let stops = self.state.withLock { state in
            state.isStopped = true
            return state.stops.sorted { $0.key < $1.key }.map(\.value)
        }
        for stop in stops { stop() }
    }

    /// Ends when it is stopped, or after a while.
    private func runOnce(_ number: Int, _ client: Client) async throws {
        let consumer: PersistentSubscription
        do {
            consumer = try await client.connectSubscription(
                Self.group, to: Stage.sharedStream, bufferSize: 1 + self.chance(0..<20), messageTimeout: .seconds(2))
        } catch let error as PhotonPumpError {
            // It waits for a master, as every call does.
            if Stage.usualErrors.contains(error.code) { return }
            return self.stage.ledger.complain("connecting consumer \(number): \(error)")
        }
        let isStopped = self.state.withLock { state in
            state.stops[number] = { consumer.stop() }
            return state.isStopped
        }
        if isStopped { consumer.stop() }
        defer { self.state.withLock { $0.stops[number] = nil } }
        let length = self.chance(500..<10_000)
        let isByHand = self.chance(0..<3) == 0
        do {
            let work = { @Sendable in try await isByHand ? self.takeByHand(consumer) : self.process(consumer) }
            try await self.stage.run(work, for: length, then: { consumer.stop() })
        } catch let error as PhotonPumpError {
            self.stage.ledger.complain("consumer \(number): \(error)")
        }
    }

    private func process(_ consumer: PersistentSubscription) async throws {
        typealias Action = PersistentSubscription.RefusalAction
        let onError: @Sendable (any Error, DeliveredEvent) throws -> Action = { error, _ in
            guard let refusal = error as? Refusal else { throw error }
            return refusal.action
        }
        try await consumer.process(maxConcurrent: 3, onError: onError) { event in
            if let action = try await self.handle(event) { throw Refusal(action: action) }
        }
    }

    private func takeByHand(_ consumer: PersistentSubscription) async throws {
        for try await event in consumer.events {
            if let action = try await self.handle(event) {
                consumer.nack(event, action: action, reason: "by chance")
            } else {
                consumer.ack(event)
            }
        }
    }

    /// - Returns: how it is refused; nil if it is not.
    private func handle(_ event: DeliveredEvent) async throws -> PersistentSubscription.RefusalAction? {
        self.stage.ledger.count { $0.delivered += 1 }
        self.stage.ledger.see(event.received, "a consumer")
        if self.chance(0..<100) == 0 { try await self.stage.sleep(milliseconds: self.chance(20..<3_000)) }
        let action: PersistentSubscription.RefusalAction? =
            switch self.chance(0..<60) {
            case 0...1: .retry
            case 2: .park
            case 3: .skip
            default: nil
            }
        self.state.withLock { state in
            switch action {
            case .retry: break
            case .park: state.parked.insert(event.id)
            default: state.handled.insert(event.id)
            }
        }
        return action
    }

    // MARK: At the end

    /// The events that no consumer has come to a decision about.
    func missing(of ids: [UUID]) -> [UUID] {
        self.state.withLock { state in ids.filter { !state.handled.contains($0) && !state.parked.contains($0) } }
    }

    /// What is parked has to be what consumers wanted to park.
    func check(parked ids: [UUID]) {
        let parked = self.state.withLock { $0.parked }
        for id in ids where !parked.contains(id) {
            self.stage.ledger.complain("\(id) is parked, and nobody wanted that")
        }
    }
}
