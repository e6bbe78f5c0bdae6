internal import PhotonPumpTransport

/// A network in memory whose servers and clients run on one thread, in a time of their own that costs none, and with
/// chances that follow from a seed.
///
/// ```swift
/// try await withSimulation(seed: 7) { simulation in
///     try await withClientInMemory(in: simulation.network) {
///         client, server in
///         try await simulation.sleep(for: .seconds(3600))
///         …
///     }
/// }
/// ```
///
/// Time passes only while nobody has anything to do, and then at once to the next moment that somebody waits for. So time
/// limits, heartbeats, pauses between attempts, message timeouts and `$maxAge` apply as they are, and none of them is
/// waited for. The body, and what it starts by task groups and `async let`, runs on the thread of the simulation; start
/// other tasks with ``task(_:)``.
///
/// Not simulated are `Task.sleep`, the main actor, tasks that `Task { … }` starts, and
/// `FileCheckpointStore`: time would pass as if they had nothing to do. Sleep with ``sleep(for:)``, and wait for the
/// others with ``outside(_:)``.
///
/// The same seed makes the same run, if what the body does follows from the seed, too. The ids that `NewEvent` has by
/// default do not, and nor does the order of a dictionary or a set.
public struct Simulation: Sendable {
    /// What all chances follow from.
    public let seed: UInt64
    /// Where servers, clusters and clients are made.
    public let network: MemoryNetwork
    let loop: RunLoop

    /// How much time has passed since it began.
    public var elapsed: Duration { self.loop.now - RunLoop.Instant(elapsed: .zero) }

    /// What was done until now, as a number: it is the same for the same steps at the same times.
    public var digest: UInt64 { self.loop.trace.digest }

    /// Returns after this much of the simulation's time.
    ///
    /// - Throws: `CancellationError`.
    public func sleep(for duration: Duration) async throws {
        try await self.network.environment.sleep(for: duration)
    }

    /// Lets this much time pass while everything in the simulation stands still, as processes do on a machine that
    /// sleeps. What was due meanwhile is done late.
    public func stall(for duration: Duration) {
        self.loop.stall(for: duration)
    }

    /// Starts a task in the simulation.
    @discardableResult
    public func task<Output: Sendable>(
        _ body: @escaping @Sendable () async throws -> Output
    ) -> Task<Output, any Error> {
        Task(executorPreference: self.loop) { try await body() }
    }

    /// Waits for something that is not simulated. The simulation's time stands still meanwhile.
    public func outside<Output: Sendable>(
        _ wait: @Sendable () async throws -> Output
    ) async throws -> Output {
        try await self.loop.outside(wait)
    }
}

/// Why a ``Simulation`` could not go on: everything waited for something that could not happen any more, or more time
/// passed than was allowed.
public struct SimulationError: Error, CustomStringConvertible {
    /// The seed of the simulation.
    public let seed: UInt64
    /// What happened, and the last steps.
    public let description: String
}

/// Runs `body` in a ``Simulation``.
///
/// - Parameters:
///   - seed: what all of its chances follow from. To try many, make it an argument of the test, which names it then.
///   - limit: how much of its time may pass; a day by default.
///   - latency: how long what is sent takes to arrive, so that things happen while it is on the way: the seed decides
///     about each piece, and then also about which of those who have something to do goes on first, as threads would. By
///     default everything arrives at once, and is done in the order it came up.
///   - body: makes servers and clients in the simulation's network.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws; or ``SimulationError`` if it can never end, with what was done last. Its task is
///   cancelled then, and abandoned if it does not end by that.
@discardableResult
public func withSimulation<Output: Sendable>(
    seed: UInt64,
    limit: Duration = .seconds(86_400),
    latency: ClosedRange<Duration>? = nil,
    _ body: @escaping @Sendable (Simulation) async throws -> Output
) async throws -> Output {
    let loop = RunLoop(seed: seed, limit: limit, takesTurns: latency == nil)
    let network = MemoryNetwork(Environment(simulatedOn: loop, latency: latency))
    let simulation = Simulation(seed: seed, network: network, loop: loop)
    do {
        return try await loop.run { try await body(simulation) }
    } catch let error as SimulationStuck {
        throw SimulationError(seed: seed, description: "simulation with seed \(seed): \(error)")
    }
}
