import PhotonPump
import Synchronization

/// A store that tells what was saved, and fails when it is told to.
final class ObservedStore<Place: Comparable & Hashable & Sendable>: CheckpointStore {
    struct Failure: Error {}

    /// What was saved, as it is.
    let saves: AsyncStream<SubscriptionStart<Place>>
    private let report: AsyncStream<SubscriptionStart<Place>>.Continuation
    private let saved: Mutex<[SubscriptionStart<Place>]>
    private let failsFrom: Int

    /// - Parameter failsFrom: the first save that fails, from 0.
    init(_ checkpoint: SubscriptionStart<Place>? = nil, failsFrom: Int = .max) {
        (self.saves, self.report) = AsyncStream.makeStream(of: SubscriptionStart<Place>.self)
        self.saved = Mutex(checkpoint.map { [$0] } ?? [])
        self.failsFrom = failsFrom
    }

    var history: [SubscriptionStart<Place>] { self.saved.withLock { $0 } }

    func load() -> SubscriptionStart<Place>? { self.history.last }

    func save(_ checkpoint: SubscriptionStart<Place>) throws {
        try self.saved.withLock { saved in
            guard saved.count < self.failsFrom else { throw Failure() }
            saved.append(checkpoint)
        }
        self.report.yield(checkpoint)
    }

    /// Returns when a checkpoint is saved that is as `condition` wants it.
    func next(where condition: (SubscriptionStart<Place>) -> Bool) async {
        for await checkpoint in self.saves where condition(checkpoint) { return }
    }
}

/// What handlers have done, in the order they finished.
final class HandledEvents: Sendable {
    private let numbers = Mutex<[Int64]>([])
    private let (stream, report) = AsyncStream.makeStream(of: Int64.self)

    var all: [Int64] { self.numbers.withLock { $0 } }

    func note(_ number: Int64) {
        self.numbers.withLock { $0.append(number) }
        self.report.yield(number)
    }

    /// Returns when so many more are noted; or when the task is cancelled.
    func next(_ count: Int) async {
        var left = count
        guard left > 0 else { return }
        for await _ in self.stream {
            left -= 1
            if left == 0 { return }
        }
    }
}

/// Holds up whoever comes until it is opened, cancelled or not.
final class Barrier: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let (arrivals, report) = AsyncStream.makeStream(of: Void.self)

    func pass() async {
        self.report.yield()
        await withCheckedContinuation { continuation in
            let isOpen = self.state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// Returns when somebody has come who was not waited for before.
    func arrival() async {
        for await _ in self.arrivals { return }
    }

    func open() {
        let waiting = self.state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
