import Foundation
import PhotonPump
import PhotonPumpWire
import Synchronization

/// Competing consumers of one persistent subscription, which remember what they have handled.
final class Herd: Sendable {
    struct Refusal: Error {}

    static let group = "herd"
    static let bufferSize = 10

    struct State {
        /// How often each event was handled.
        var handled: [UUID: Int] = [:]
        var refusals = 0
        /// The most events that were in flight at one consumer.
        var peak = 0
        var generator: SeededGenerator
    }

    private let consumers: [PersistentSubscription]
    private let state: Observed<State>

    /// - Parameters:
    ///   - clients: each has as many consumers as the others.
    ///   - stream: need not exist.
    init(of count: Int, on clients: [Client], following stream: String, seed: UInt64) async throws {
        var settings = PersistentSubscriptionSettings()
        settings.startFrom = .start
        settings.messageTimeout = .seconds(2)
        // The checkpoint comes to the last event, and not to one of the last ten.
        settings.minimumCheckpointCount = 1
        try await clients[0].createSubscription(Self.group, to: stream, settings: settings)
        var consumers: [PersistentSubscription] = []
        for number in 0..<count {
            let client = clients[number % clients.count]
            consumers.append(
                try await client.connectSubscription(
                    Self.group, to: stream, bufferSize: Self.bufferSize, messageTimeout: settings.messageTimeout))
        }
        self.consumers = consumers
        self.state = Observed(State(generator: SeededGenerator(seed: seed)))
    }

    var result: State { self.state.value }

    /// Handles events until ``stop()``.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for consumer in self.consumers {
                group.addTask { try await consumer.process(maxConcurrent: 4) { try await self.handle($0, consumer) } }
            }
            try await group.waitForAll()
        }
    }

    func stop() { for consumer in self.consumers { consumer.stop() } }

    /// Returns when each of these events was handled, or as soon as that takes too long.
    ///
    /// - Returns: those that were not.
    func wait(for ids: [UUID], atMost limit: Duration) async -> [UUID] {
        var missing = ids
        _ = await self.state.wait(atMost: limit) { state in
            while let last = missing.last, state.handled[last] != nil { missing.removeLast() }
            return missing.isEmpty
        }
        let handled = self.result.handled
        return missing.filter { handled[$0] == nil }
    }

    /// Some take longer than others, and some are refused when they come for the first time.
    private func handle(_ event: DeliveredEvent, _ consumer: PersistentSubscription) async throws {
        let inFlight = consumer.status.inFlight
        let (pause, isRefused) = self.state.update { state in
            state.peak = max(state.peak, inFlight)
            let isRefused = event.retryCount == 0 && Int.random(in: 0..<50, using: &state.generator) == 0
            if isRefused { state.refusals += 1 }
            return (Int.random(in: 0...10, using: &state.generator), isRefused)
        }
        try await Task.sleep(for: .milliseconds(pause))
        if isRefused { throw Refusal() }
        self.state.update { $0.handled[event.id, default: 0] += 1 }
    }
}
