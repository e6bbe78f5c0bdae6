import Foundation
import PhotonPump
import PhotonPumpWire
import Synchronization
import Testing

/// Follows a stream behind a checkpoint in a file, in run after run, and checks that each goes on where it should.
final class RestartedFollower: Sendable {
    /// What came is not what had to come.
    struct Surprise: Error {
        let number: Int64
        let expected: Int64
        /// What came there before.
        var earlier: UUID?
    }

    /// How a run ends.
    enum End: CaseIterable {
        /// Its task is cancelled.
        case cancelled
        /// The subscription is stopped.
        case stopped
        /// Nothing is saved any more, as if the machine had lost power.
        case crashed
    }

    struct State {
        /// By their numbers.
        var ids: [UUID] = []
        /// The number of the next event, if nothing goes wrong.
        var next: Int64 = 0
        var repeated = 0
        /// The most events that waited at any moment.
        var peak = 0
        var runs: [End: Int] = [:]
        var generator: SeededGenerator
    }

    /// So few that a pause makes it fall behind.
    static let options: SubscriptionOptions = {
        var options = SubscriptionOptions()
        options.pageSize = 40
        options.maximumBufferedEvents = 60
        return options
    }()

    private let client: Client
    private let stream: String
    private let file: FileCheckpointStore<Int64>
    private let state: Observed<State>

    init(_ client: Client, stream: String, path: String, seed: UInt64) {
        self.client = client
        self.stream = stream
        self.file = FileCheckpointStore(path: path)
        self.state = Observed(State(generator: SeededGenerator(seed: seed)))
    }

    var result: State { self.state.value }

    func run(until end: ContinuousClock.Instant) async throws {
        while ContinuousClock.now < end {
            let (kind, pause) = self.state.update { state in
                (
                    End.allCases.randomElement(using: &state.generator) ?? .cancelled,
                    Int.random(in: 200...2500, using: &state.generator)
                )
            }
            try await self.run(endingAs: kind) { try await Task.sleep(for: .milliseconds(pause)) }
        }
    }

    /// Runs until it has come to an event, or that takes too long.
    func catchUp(to last: Int64, atMost limit: Duration) async throws {
        try await self.run(endingAs: .cancelled) {
            let hasCome = await self.state.wait(atMost: limit) { $0.next > last }
            #expect(hasCome, "came to \(self.result.next) of \(last)")
        }
    }

    /// - Parameter body: returns when it is time to end.
    private func run(endingAs end: End, _ body: () async throws -> Void) async throws {
        let checkpoint = try await self.file.load()
        let begin = checkpoint.number
        let next = self.result.next
        guard begin <= next else { throw Surprise(number: begin, expected: next) }
        self.state.update { state in
            state.repeated += Int(state.next - begin)
            state.next = begin
            state.runs[end, default: 0] += 1
        }
        let store = MortalStore(self.file)
        let subscription = try await self.client.subscribe(
            to: self.stream, from: checkpoint ?? .start, options: Self.options)
        let running = Task {
            try await subscription.process(savingTo: store, every: 100, orAfter: .milliseconds(500)) { event in
                try await self.handle(event)
            }
        }
        do {
            try await body()
        } catch {
            running.cancel()
            throw error
        }
        switch end {
        case .cancelled: running.cancel()
        case .stopped: subscription.stop()
        case .crashed:
            store.die()
            running.cancel()
        }
        do {
            try await running.value
            #expect(end == .stopped)
        } catch is CancellationError where end != .stopped {
        } catch is MortalStore.Death where end == .crashed {}
        let peak = subscription.status.peakBufferedEvents
        self.state.update { $0.peak = max($0.peak, peak) }
        if end != .crashed {
            #expect(try await self.file.load().number == self.result.next, "saved last as \(end)")
        }
    }

    /// Takes its time now and then.
    private func handle(_ event: ResolvedEvent) async throws {
        let pause = self.state.update { state in
            let isSlow = Int.random(in: 0..<1500, using: &state.generator) == 0
            return isSlow ? Int.random(in: 100...500, using: &state.generator) : 0
        }
        if pause > 0 { try await Task.sleep(for: .milliseconds(pause)) }
        let surprise = self.state.update { state -> Surprise? in
            guard event.number == state.next else { return Surprise(number: event.number, expected: state.next) }
            state.next = event.number + 1
            if event.number == state.ids.count { state.ids.append(event.id) }
            let earlier = state.ids[Int(event.number)]
            return earlier == event.id
                ? nil : Surprise(number: event.number, expected: event.number, earlier: earlier)
        }
        if let surprise { throw surprise }
    }
}

/// A store that saves nothing any more once it is dead.
private final class MortalStore: CheckpointStore {
    struct Death: Error {}

    private let store: FileCheckpointStore<Int64>
    private let isDead = Mutex(false)

    init(_ store: FileCheckpointStore<Int64>) {
        self.store = store
    }

    func die() { self.isDead.withLock { $0 = true } }

    func load() async throws -> SubscriptionStart<Int64>? { try await self.store.load() }

    func save(_ checkpoint: SubscriptionStart<Int64>) async throws {
        if self.isDead.withLock({ $0 }) { throw Death() }
        try await self.store.save(checkpoint)
    }
}

extension SubscriptionStart<Int64>? {
    /// Of the first event behind it.
    fileprivate var number: Int64 {
        switch self {
        case .after(let number)?: number + 1
        case .from(let number)?: number
        case .start?, nil: 0
        case .end?: .max
        }
    }
}
