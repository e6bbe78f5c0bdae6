import PhotonPump
import PhotonPumpTransport
import PhotonPumpWire
import Synchronization

/// Follows what is written, run after run, and sees that every event comes once, in order, without a gap.
final class Follower: Sendable {
    enum Kind: Sendable, CaseIterable {
        case stream, all, filtered
        /// The same with checkpoints, some of which are lost at the end of a run.
        case checkpointedStream, checkpointedAll
        /// What is written from the beginning of each run on.
        case news
    }

    fileprivate struct State {
        /// The number of the next event of each stream.
        var next: [String: Int64] = [:]
        var position: Position?
        var isStopped = false
        var stop: (@Sendable () -> Void)?
        var chances: SeededGenerator
    }

    private let kind: Kind
    private let name: String
    private let client: Client
    private let stage: Stage
    private let state: Mutex<State>
    private let checkpointOfStream = MortalStore<Int64>()
    private let checkpointOfAll = MortalStore<Position>()

    init(_ number: Int, _ kind: Kind, _ client: Client, _ stage: Stage) {
        self.kind = kind
        self.name = "follower \(number) (\(kind))"
        self.client = client
        self.stage = stage
        self.state = Mutex(State(chances: stage.chances(100 + number)))
    }

    private var ledger: Ledger { self.stage.ledger }

    /// Ends the run that is in progress, and all of them.
    func stop() {
        let stop = self.state.withLock { state in
            state.isStopped = true
            return state.stop
        }
        stop?()
    }

    /// The streams of which it has not seen all that is there.
    var missing: [String] {
        let streams =
            switch self.kind {
            case .stream, .checkpointedStream: [Stage.sharedStream]
            case .all, .checkpointedAll: self.ledger.streams
            case .filtered: self.ledger.streams.filter { $0.hasPrefix("own1") }
            case .news: [String]()
            }
        return self.state.withLock { state in
            streams.compactMap { stream in
                let (next, count) = (state.next[stream] ?? 0, self.ledger.acknowledgedCount(of: stream))
                return next < count ? "\(self.name) has come to \(next) of \(count) of '\(stream)'" : nil
            }
        }
    }

    func run() async throws {
        while !self.state.withLock({ $0.isStopped }) {
            self.ledger.count { $0.subscriptions += 1 }
            do {
                try await self.runOnce()
            } catch let error as PhotonPumpError {
                // Where the end is, is a question to the server, and its only one that has a time limit.
                if self.kind == .news, Stage.usualErrors.contains(error.code) { continue }
                self.ledger.complain("\(self.name): \(error)")
            }
            try await self.stage.sleep(milliseconds: self.chance(0..<50))
        }
    }

    private func chance(_ range: Range<Int>) -> Int { self.state.withLock { $0.chances.number(range) } }

    private func runOnce() async throws {
        let options = self.options()
        switch self.kind {
        case .stream:
            let next = self.state.withLock { $0.next[Stage.sharedStream] }
            let subscription = try await self.client.subscribe(
                to: Stage.sharedStream, from: next.map { .from($0) } ?? .start, options: options)
            try await self.consume(subscription) { self.takeNext($0) }
        case .all, .filtered:
            let filter = self.kind == .filtered ? EventFilter.streams(prefixedBy: "own1") : nil
            let position = self.state.withLock { $0.position }
            let subscription = try await self.client.subscribeToAll(
                from: position.map { .after($0) } ?? .start, matching: filter, options: options)
            try await self.consume(subscription) { self.takeNextOfAll($0) }
        case .checkpointedStream:
            let begin = self.checkpointOfStream.load() ?? .start
            let subscription = try await self.client.subscribe(to: Stage.sharedStream, from: begin, options: options)
            self.goBack { $0.next = [Stage.sharedStream: begin.number] }
            try await self.process(subscription, self.checkpointOfStream) { self.takeNext($0) }
        case .checkpointedAll:
            let begin = self.checkpointOfAll.load() ?? .start
            let subscription = try await self.client.subscribeToAll(from: begin, options: options)
            // What comes again is not known by its numbers.
            self.goBack { $0.position = begin.position }
            try await self.process(subscription, self.checkpointOfAll) { self.takeNextOfAll($0) }
        case .news:
            self.goBack { $0.next = [:] }
            let count = self.ledger.acknowledgedCount(of: Stage.sharedStream)
            let subscription = try await self.client.subscribe(to: Stage.sharedStream, from: .end, options: options)
            try await self.consume(subscription) { event in
                self.ledger.check(event.number >= count, "\(self.name) gets \(event.number), which was there before")
                self.takeNext(event)
            }
        }
    }

    /// Some have so little room that they fall behind.
    private func options() -> SubscriptionOptions {
        var options = SubscriptionOptions()
        options.pageSize = 10 + self.chance(0..<30)
        if self.chance(0..<2) == 0 { options.maximumBufferedEvents = 20 + self.chance(0..<30) }
        options.checkpointInterval = 64
        return options
    }

    private func goBack(_ change: (inout State) -> Void) {
        self.state.withLock { change(&$0) }
    }

    // MARK: Runs

    /// Ends after a while, in one of the ways that a loop may end.
    private func consume<Place>(
        _ subscription: Subscription<Place>, _ take: @escaping @Sendable (ResolvedEvent) -> Void
    ) async throws {
        try await self.run(stopping: subscription) {
            for try await event in subscription.events { try await self.handle(event, take) }
        }
    }

    private func process<Place>(
        _ subscription: Subscription<Place>, _ store: MortalStore<Place>,
        _ take: @escaping @Sendable (ResolvedEvent) -> Void
    ) async throws {
        store.revive()
        let die: @Sendable () -> Void = { store.die() }
        let crash = self.chance(0..<3) == 0 ? die : nil
        do {
            try await self.run(stopping: subscription, crash) {
                try await subscription.process(savingTo: store, every: 50, orAfter: .milliseconds(300)) { event in
                    try await self.handle(event, take)
                }
            }
        } catch is MortalStore<Place>.Death {}
    }

    private func handle(_ event: ResolvedEvent, _ take: (ResolvedEvent) -> Void) async throws {
        // Before it is taken: a handler that is cancelled meanwhile gets the event again.
        // When the trial is over there is only what is left to catch up with.
        if self.chance(0..<200) == 0, !self.stage.isOver {
            try await self.stage.sleep(milliseconds: self.chance(50..<1500))
        }
        self.ledger.count { $0.delivered += 1 }
        self.ledger.see(event.received, self.name)
        take(event)
    }

    /// Runs `body` until it ends, is stopped, or is cancelled after a while.
    private func run<Place>(
        stopping subscription: Subscription<Place>, _ crash: (@Sendable () -> Void)? = nil,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let stop: @Sendable () -> Void = { subscription.stop() }
        let isStopped = self.state.withLock { state in
            state.stop = stop
            return state.isStopped
        }
        if isStopped { stop() }
        defer { self.state.withLock { $0.stop = nil } }
        let (length, isCancelled) = (self.chance(100..<6_000), self.chance(0..<2) == 0 || crash != nil)
        try await self.stage.run(body, for: length) {
            crash?()
            if isCancelled { throw CancellationError() }
            stop()
        }
    }

    // MARK: What came

    private func takeNext(_ event: ResolvedEvent) {
        let stream = event.received.stream
        let next = self.state.withLock { state in
            defer { state.next[stream] = event.number + 1 }
            return state.next[stream]
        }
        let expected = next ?? (self.kind == .news ? event.number : 0)
        if event.number != expected {
            self.ledger.complain("\(self.name) gets \(event.number) of '\(stream)' where \(expected) is next")
        }
    }

    private func takeNextOfAll(_ event: ResolvedEvent) {
        let (stream, number) = (event.received.stream, event.received.number)
        let (before, next) = self.state.withLock { state in
            defer {
                state.position = event.position
                state.next[stream] = max(state.next[stream] ?? 0, number + 1)
            }
            return (state.position, state.next[stream] ?? 0)
        }
        if let before, let position = event.position, position <= before {
            self.ledger.complain("\(self.name) gets \(position) after \(before)")
        }
        // After a checkpoint what was handled before comes again, but nothing is left out.
        let isAgain = self.kind == .checkpointedAll && number < next
        if !stream.hasPrefix("$"), number != next, !isAgain {
            self.ledger.complain("\(self.name) gets \(number) of '\(stream)' where \(next) is next")
        }
    }
}

/// A store that saves nothing any more once it is dead.
private final class MortalStore<Place: Comparable & Hashable & Sendable>: CheckpointStore {
    struct Death: Error {}

    private let state = Mutex<(checkpoint: SubscriptionStart<Place>?, isDead: Bool)>((nil, false))

    func die() { self.state.withLock { $0.isDead = true } }
    func revive() { self.state.withLock { $0.isDead = false } }

    func load() -> SubscriptionStart<Place>? { self.state.withLock { $0.checkpoint } }

    func save(_ checkpoint: SubscriptionStart<Place>) throws {
        try self.state.withLock { state in
            if state.isDead { throw Death() }
            state.checkpoint = checkpoint
        }
    }
}

extension SubscriptionStart<Int64> {
    /// Of the first event behind it.
    fileprivate var number: Int64 {
        switch self {
        case .after(let number): number + 1
        case .from(let number): number
        case .start: 0
        case .end: .max
        }
    }
}

extension SubscriptionStart<Position> {
    /// Of the last event before it.
    fileprivate var position: Position? {
        if case .after(let position) = self { position } else { nil }
    }
}
