internal import DequeModule
internal import Dispatch
internal import HeapModule
internal import PhotonPumpSystem
internal import PhotonPumpWire
internal import Synchronization

/// One thread on which all of a simulation runs, step by step, and its time, which passes only when nothing is left to do.
package final class RunLoop: TaskExecutor {
    package typealias Instant = Environment.Instant

    /// What is done at a stretch.
    enum Step: Sendable {
        case job(UnownedJob)
        case isolatedJob(UnownedJob, QueueExecutor)
        case work(QueueExecutor?, @Sendable () -> Void)

        fileprivate var executor: QueueExecutor? {
            switch self {
            case .job: nil
            case .isolatedJob(_, let executor): executor
            case .work(let executor, _): executor
            }
        }
    }

    /// What is done later.
    fileprivate struct Alarm: Comparable {
        let time: Instant
        /// Of those for the same time, the first one that was set comes first.
        let number: UInt64
        let step: Step

        static func < (first: Self, second: Self) -> Bool {
            first.time == second.time ? first.number < second.number : first.time < second.time
        }

        static func == (first: Self, second: Self) -> Bool { first.number == second.number }
    }

    fileprivate struct State {
        var ready: Deque<Step> = []
        var alarms: Heap<Alarm> = []
        var alarmsSet: UInt64 = 0
        var now = Instant(elapsed: .zero)
        var chances: SeededGenerator
        var trace = SimulationTrace()
        var executorsMade = 0
        /// How many wait for something that is not simulated.
        var outside = 0
        var isAsleep = false
        var isOver = false
    }

    fileprivate enum Turn {
        case step(Step)
        case sleep, over
        case stuck(SimulationStuck)
    }

    /// When simulations begin: the first of January 2020.
    private static let epoch: Duration = .seconds(1_577_836_800)
    /// As many can run at once as a machine has processors.
    fileprivate static let mostAtOnce = 8

    private let limit: Instant
    private let takesTurns: Bool
    private let state: Mutex<State>
    private let alarmClock = DispatchSemaphore(value: 0)
    private let thread = Atomic<UInt>(0)
    /// The number of the executor whose step is in progress; 0 for none.
    private let running = Atomic<Int>(0)

    /// - Parameters:
    ///   - seed: all chances follow from it.
    ///   - limit: how much time may pass.
    ///   - takesTurns: whether executors and tasks do what they have to do in the order it came up; otherwise any may be
    ///     next, as it is with threads.
    package init(seed: UInt64, limit: Duration, takesTurns: Bool = true) {
        self.limit = Instant(elapsed: limit)
        self.takesTurns = takesTurns
        self.state = Mutex(State(chances: SeededGenerator(seed: seed)))
    }

    package var trace: SimulationTrace { self.state.withLock { $0.trace } }

    // MARK: Time and chance

    package var now: Instant { self.state.withLock { $0.now } }

    var sinceEpoch: Duration { Self.epoch + (self.now - Instant(elapsed: .zero)) }

    func chance() -> UInt64 { self.state.withLock { $0.chance() } }

    /// Any time within these.
    func chance(within range: ClosedRange<Duration>) -> Duration {
        range.lowerBound + (range.upperBound - range.lowerBound) / 1_000 * Int(self.chance() % 1_001)
    }

    /// Does this at that time, after all that is to be done before.
    func at(_ time: Instant, _ step: Step) {
        self.state.withLock { $0.at(time, step) }
    }

    /// Lets time pass in which nothing is done, not even what is due meanwhile: that is late.
    package func stall(for duration: Duration) {
        self.state.withLock { $0.now += max(.zero, duration) }
    }

    /// - Throws: `CancellationError`.
    func sleep(until time: Instant) async throws {
        let (ending, alarm) = AsyncStream.makeStream(of: Never.self)
        self.at(time, .work(nil) { alarm.finish() })
        for await _ in ending {}
        try Task.checkCancellation()
    }

    // MARK: Steps

    package func enqueue(_ job: consuming ExecutorJob) {
        self.add(.job(UnownedJob(job)))
    }

    /// Does this after all that was added before; any thread may call it.
    func add(_ step: Step) {
        self.wake { $0.ready.append(step) }
    }

    /// Lets the thread look again, if it waits for the outside.
    private func wake(_ change: (inout sending State) -> Void) {
        let wakes = self.state.withLock { state in
            change(&state)
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if wakes { self.alarmClock.signal() }
    }

    /// Runs `work` at once if no other executor's step is in progress, and otherwise in its turn.
    func runHere(on executor: QueueExecutor, _ work: @escaping @Sendable () -> Void) {
        guard self.isHere, self.running.load(ordering: .relaxed) == 0 else { return self.add(.work(executor, work)) }
        self.perform(.work(executor, work))
    }

    func isRunning(_ executor: QueueExecutor) -> Bool {
        self.isHere && self.running.load(ordering: .relaxed) == executor.number
    }

    func numberForExecutor() -> Int {
        self.state.withLock { state in
            state.executorsMade += 1
            return state.executorsMade
        }
    }

    private var isHere: Bool { self.thread.load(ordering: .relaxed) == Platform.currentThread }

    private func perform(_ step: Step) {
        switch step {
        case .job(let job):
            job.runSynchronously(on: self.asUnownedTaskExecutor())
        case .isolatedJob(let job, let executor):
            self.running.store(executor.number, ordering: .relaxed)
            job.runSynchronously(on: executor.asUnownedSerialExecutor())
            self.running.store(0, ordering: .relaxed)
        case .work(let executor, let work):
            self.running.store(executor?.number ?? 0, ordering: .relaxed)
            work()
            self.running.store(0, ordering: .relaxed)
        }
    }

    // MARK: Running

    /// Waits for something that is not simulated. Time stands still meanwhile.
    package func outside<Output: Sendable>(
        _ wait: @Sendable () async throws -> Output
    ) async throws -> Output {
        self.state.withLock { $0.outside += 1 }
        // What a task of the loop goes on with is on the loop by then, so that it is done before any time passes.
        defer { self.wake { $0.outside -= 1 } }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { try await wait() }
    }

    /// Runs `body`, and all that belongs to it, on a thread of its own until it ends.
    ///
    /// - Throws: what `body` throws, or ``SimulationStuck``, with which the task of `body` is cancelled; if it does not
    ///   end by that, it is abandoned.
    package func run<Output: Sendable>(_ body: @escaping @Sendable () async throws -> Output) async throws -> Output {
        let (results, report) = AsyncThrowingStream.makeStream(of: Output.self)
        let task = Task(executorPreference: self) {
            do {
                report.yield(try await body())
                report.finish()
            } catch {
                report.finish(throwing: error)
            }
            self.state.withLock { $0.isOver = true }
        }
        SystemThread.start("photonpump.sim", stackSize: 8 << 20) {
            self.thread.store(Platform.currentThread, ordering: .relaxed)
            guard let stuck = self.runUntilOver() else { return }
            // The first end is the one that counts.
            report.finish(throwing: stuck)
            task.cancel()
            _ = self.runUntilOver()
        }
        return try await withTaskCancellationHandler {
            try await Task { try await results.first { _ in true } }.value ?? { throw CancellationError() }()
        } onCancel: {
            task.cancel()
        }
    }

    private func runUntilOver() -> SimulationStuck? {
        while true {
            switch self.state.withLock({ $0.next(until: self.limit, self.takesTurns) }) {
            case .step(let step): self.perform(step)
            case .sleep: self.alarmClock.wait()
            case .over:
                // What is due later belongs to things that are over, and refers to this loop.
                _ = self.state.withLock { exchange(&$0.alarms, with: []) }
                return nil
            case .stuck(let stuck): return stuck
            }
        }
    }
}

extension RunLoop.State {
    fileprivate mutating func chance() -> UInt64 {
        let chance = self.chances.next()
        self.trace.note(chance: chance)
        return chance
    }

    fileprivate mutating func at(_ time: RunLoop.Instant, _ step: RunLoop.Step) {
        self.alarmsSet += 1
        self.alarms.insert(RunLoop.Alarm(time: max(time, self.now), number: self.alarmsSet, step: step))
    }

    fileprivate mutating func next(until limit: RunLoop.Instant, _ takesTurns: Bool) -> RunLoop.Turn {
        if let step = takesTurns ? self.ready.popFirst() : self.popAny() { return self.note(step) }
        if self.isOver { return .over }
        if self.outside > 0 {
            self.isAsleep = true
            return .sleep
        }
        guard let alarm = self.alarms.min else {
            return .stuck(SimulationStuck(reason: .nothingToDo, time: self.now, trace: self.trace))
        }
        guard alarm.time <= limit else {
            return .stuck(SimulationStuck(reason: .timeIsUp, time: self.now, trace: self.trace))
        }
        self.alarms.removeMin()
        self.now = max(self.now, alarm.time)
        return self.note(alarm.step)
    }

    /// What anybody has to do. Each executor does what it has to do in order.
    private mutating func popAny() -> RunLoop.Step? {
        guard self.ready.count > 1 else { return self.ready.popFirst() }
        let any = Int(self.chances.next() % UInt64(min(self.ready.count, RunLoop.mostAtOnce)))
        guard let executor = self.ready[any].executor else { return self.ready.remove(at: any) }
        return self.ready.remove(at: self.ready.firstIndex { $0.executor === executor } ?? any)
    }

    private mutating func note(_ step: RunLoop.Step) -> RunLoop.Turn {
        switch step {
        case .job: self.trace.note(self.now, .task)
        case .isolatedJob(_, let executor): self.trace.note(self.now, .isolatedTask(executor.label, executor.number))
        case .work(let executor?, _): self.trace.note(self.now, .work(executor.label, executor.number))
        case .work(nil, _): self.trace.note(self.now, .endOfSleep)
        }
        return .step(step)
    }
}
