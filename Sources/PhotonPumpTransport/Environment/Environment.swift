internal import Dispatch
internal import PhotonPumpSystem
package import PhotonPumpWire

/// Everything that the parts of a client or a server take from the outside, apart from what their peers send: time,
/// chance, threads, connections, and tasks that nobody awaits. Each of them gets it handed in and takes none of it from
/// the system, so whoever hands in something else decides about all that happens.
package final class Environment: Sendable {
    package typealias LookUp =
        @Sendable (
            _ host: String, _ port: Int, QueueExecutor,
            @escaping @Sendable (Result<[SocketAddress], SocketError>) -> Void
        ) -> Void
    package typealias LookUpService =
        @Sendable (
            _ service: String, QueueExecutor, @escaping @Sendable (Result<[ServiceRecord], SocketError>) -> Void
        ) -> Void
    package typealias Dial =
        @Sendable ([SocketAddress], SocketOptions, QueueExecutor, @escaping () -> Void) -> any Dialling

    /// That of the machine.
    package static let system = Environment()

    private let clock: @Sendable () -> Instant
    private let calendar: @Sendable () -> Duration
    private let pause: @Sendable (Instant) async throws -> Void
    private let chances: @Sendable () -> UInt64
    private let lookUp: LookUp
    private let lookUpService: LookUpService
    private let dial: Dial
    /// Where servers listen, and clients find them; nil for the machine's network.
    package let memory: MemoryHost?
    /// Where everything runs; nil for the machine's threads.
    private let loop: RunLoop?

    /// - Parameters:
    ///   - clock: the time, for limits and pauses.
    ///   - calendar: the time since 1970, for comparing with that of other machines.
    ///   - pause: returns at this time, or throws `CancellationError`.
    ///   - chances: random bits.
    ///   - lookUp: finds the addresses of a host; its closure runs on the executor's queue.
    ///   - lookUpService: finds the servers of a service; its closure runs on the executor's queue.
    ///   - dial: begins a connection to the first of these addresses that accepts one; see ``Dialling``.
    ///   - memory: takes the place of both lookups, `dial` and the ports of the machine.
    package init(
        clock: @escaping @Sendable () -> Instant = { .now },
        calendar: @escaping @Sendable () -> Duration = { .seconds(Date().timeIntervalSince1970) },
        pause: @escaping @Sendable (Instant) async throws -> Void = {
            try await Task.sleep(until: $0.onContinuousClock, clock: .continuous)
        },
        chances: @escaping @Sendable () -> UInt64 = { SystemRandomness.next() },
        lookUp: @escaping LookUp = { AddressResolver.resolve(host: $0, port: $1, on: $2.queue, completion: $3) },
        lookUpService: @escaping LookUpService = { ServiceResolver.resolve($0, on: $1.queue, completion: $2) },
        dial: @escaping Dial = { SocketConnector($0, $1, executor: $2, completion: $3) },
        memory: MemoryHost? = nil,
        loop: RunLoop? = nil
    ) {
        self.clock = clock
        self.calendar = calendar
        self.pause = pause
        self.chances = chances
        self.memory = memory
        self.loop = loop
        if let memory {
            self.lookUp = { _, port, executor, found in
                executor.run(here: false) { found(.success(memory.addresses(port: port))) }
            }
            self.lookUpService = { service, executor, found in
                let error = SocketError("resolve", reason: "there is no DNS in memory", address: service)
                executor.run(here: false) { found(.failure(error)) }
            }
            self.dial = { addresses, _, executor, completion in
                MemoryDialling(addresses, on: memory, executor, completion)
            }
        } else {
            self.lookUp = lookUp
            self.lookUpService = lookUpService
            self.dial = dial
        }
    }

    /// A network in memory that is simulated on this loop.
    ///
    /// - Parameter latency: how long what is sent takes to arrive; nil for not at all.
    package convenience init(simulatedOn loop: RunLoop, latency: ClosedRange<Duration>? = nil) {
        let onTheWay = latency.map { range in { @Sendable in loop.chance(within: range) } }
        self.init(
            clock: { loop.now }, calendar: { loop.sinceEpoch }, pause: { try await loop.sleep(until: $0) },
            chances: { loop.chance() }, memory: MemoryHost(latency: onTheWay), loop: loop)
    }

    // MARK: Time

    package var now: Instant { self.clock() }

    /// The time since 1970.
    package var sinceEpoch: Duration { self.calendar() }

    /// - Throws: `CancellationError`.
    package func sleep(until instant: Instant) async throws { try await self.pause(instant) }

    /// - Throws: `CancellationError`.
    package func sleep(for duration: Duration) async throws { try await self.pause(self.now + duration) }

    /// A timer whose closure runs on the executor's queue.
    package func timer(on executor: QueueExecutor, _ fired: @escaping () -> Void) -> QueueTimer {
        QueueTimer(on: executor, fired: fired)
    }

    /// Runs `body` on the executor's queue after this time. It cannot be called off, so it must do no harm by then.
    package func run(after delay: Duration, on executor: QueueExecutor, _ body: @escaping @Sendable () -> Void) {
        if let loop { return loop.at(self.now + delay, .work(executor, body)) }
        executor.queue.asyncAfter(deadline: .now() + max(0, delay / .seconds(1)), execute: body)
    }

    // MARK: Chance

    /// From 0 to 1.
    package func chance() -> Double {
        var generator = self.randomness
        return .random(in: 0...1, using: &generator)
    }

    package var randomness: Randomness { Randomness(source: self.chances) }

    package func newID() -> GUID { GUID(self.chances(), self.chances()) }

    /// Random numbers of an environment.
    package struct Randomness: RandomNumberGenerator {
        fileprivate let source: @Sendable () -> UInt64

        package mutating func next() -> UInt64 { self.source() }
    }

    // MARK: Threads and tasks

    /// - Parameter label: names the queue, for debuggers.
    package func executor(label: String) -> QueueExecutor { QueueExecutor(label: label, on: self.loop) }

    /// Starts a task that nobody awaits. Whoever starts it owns it, and cancels it when it is no longer of use.
    package func task(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task(executorPreference: self.loop) { await body() }
    }

    // MARK: Connections

    /// Finds the addresses of a host.
    ///
    /// - Parameter found: runs on the executor's queue.
    package func addresses(
        of host: String, _ port: Int, on executor: QueueExecutor,
        _ found: @escaping @Sendable (Result<[SocketAddress], SocketError>) -> Void
    ) {
        self.lookUp(host, port, executor, found)
    }

    /// Finds the servers of a service, by the name of its SRV records.
    ///
    /// - Parameter found: runs on the executor's queue.
    package func servers(
        of service: String, on executor: QueueExecutor,
        _ found: @escaping @Sendable (Result<[ServiceRecord], SocketError>) -> Void
    ) {
        self.lookUpService(service, executor, found)
    }

    /// Prepares to connect to the first of these addresses that accepts.
    ///
    /// - Parameter completion: runs once on the executor's queue, when the outcome can be taken, unless it is cancelled
    ///   before.
    package func connection(
        to addresses: [SocketAddress], with options: SocketOptions = SocketOptions(), on executor: QueueExecutor,
        _ completion: @escaping () -> Void
    ) -> any Dialling {
        self.dial(addresses, options, executor, completion)
    }

    /// Listens, on a free port for 0; connections wait until the listener is activated.
    package func listener(host: String, port: Int, on executor: QueueExecutor) throws(SocketError) -> any Listening {
        if let memory { return try memory.listener(on: port, executor) }
        return try SocketListener(host: host, port: port, executor: executor)
    }
}
