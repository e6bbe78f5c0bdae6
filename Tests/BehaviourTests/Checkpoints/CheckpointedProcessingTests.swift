import EmbeddedEventStore
import PhotonPump
import Synchronization
import Testing

@Suite("Processing with checkpoints", .timeLimit(.minutes(2)))
struct CheckpointedProcessingTests {
    /// No test lasts that long.
    private static let never = Duration.seconds(3_600)

    private static func numbers(_ range: Range<Int64>) -> [Int64] { Array(range) }

    /// Runs `work` beside `body`, and cancels it when that returns.
    ///
    /// - Returns: what has ended `work`; nil if nothing was thrown.
    private static func during(
        _ work: @escaping @Sendable () async throws -> Void, _ body: () async throws -> Void
    ) async throws -> (any Error)? {
        let task = Task { try await work() }
        defer { task.cancel() }
        try await body()
        task.cancel()
        if case .failure(let error) = await task.result { return error }
        return nil
    }

    @Test(
        "processing with checkpoints gives each event in order, and saves the first checkpoint at once, others by count, and the last at the end"
    )
    func byCount() async throws {
        try await TestServer.withClient { client in
            let (stream, store, journal) = (TestServer.newStream(), ObservedStore<Int64>(), HandledEvents())
            try await client.publish(Pony.events(100), to: stream)
            let end = try await Self.during {
                try await client.follow(stream, checkpoint: store, every: 10, orAfter: Self.never) {
                    journal.note($0.number)
                }
            } _: {
                await journal.next(100)
                await store.next { if case .after(10...) = $0 { true } else { false } }
            }
            #expect(end is CancellationError)
            #expect(journal.all == Self.numbers(0..<100))
            let saved = store.history.compactMap { if case .after(let number) = $0 { number } else { nil } }
            #expect(saved.count == store.history.count)
            #expect(saved.last == 99)
            // Handlers go on while a checkpoint is being saved.
            let steps = zip(saved, saved.dropFirst()).map { $1 - $0 }
            #expect(try #require(saved.first) < 10)
            #expect(steps.dropLast().allSatisfy { $0 >= 10 })
        }
    }

    @Test("processing with checkpoints saves by time")
    func byTime() async throws {
        try await TestServer.withClient { client in
            let (stream, store) = (TestServer.newStream(), ObservedStore<Int64>())
            _ = try await Self.during {
                try await client.follow(
                    stream, checkpoint: store, every: 1_000_000, orAfter: .milliseconds(20)
                ) { _ in }
            } _: {
                for number in 0..<3 as Range<Int64> {
                    try await client.publishEvent(Pony(name: "a").event(), to: stream)
                    await store.next { $0 == .after(number) }
                }
            }
        }
    }

    @Test(
        "processing with checkpoints never saves past an event whose handler has not finished, in whatever order the others do"
    )
    func unfinished() async throws {
        try await TestServer.withClient { client in
            let (stream, store, journal, barrier) = (
                TestServer.newStream(), ObservedStore<Int64>(), HandledEvents(), Barrier()
            )
            try await client.publish(Pony.events(50), to: stream)
            _ = try await Self.during {
                try await client.follow(
                    stream, checkpoint: store, every: 1, orAfter: .milliseconds(1), maxConcurrent: 3
                ) { event in
                    if event.number == 2 { await barrier.pass() }
                    journal.note(event.number)
                }
            } _: {
                await journal.next(49)
                #expect(!journal.all.contains(2))
                // Whatever there is to be saved is, before these are.
                try await client.publish(Pony.events(20), to: stream)
                await journal.next(20)
                #expect(store.history.allSatisfy { $0 == .after(0) || $0 == .after(1) })
                barrier.open()
                await store.next { $0 == .after(69) }
            }
            #expect(journal.all.sorted() == Self.numbers(0..<70))
        }
    }

    @Test(
        "processing with checkpoints keeps the order of each key, runs no more handlers than allowed, and lets keys overtake each other"
    )
    func keys() async throws {
        try await TestServer.withClient { client in
            let (stream, store, journal, barrier) = (
                TestServer.newStream(), ObservedStore<Int64>(), HandledEvents(), Barrier()
            )
            try await client.publish(Pony.events(60), to: stream)
            let running = Mutex((now: Set<Int64>(), peak: 0, clashes: 0))
            _ = try await Self.during {
                try await client.follow(
                    stream, checkpoint: store, maxConcurrent: 4, partitionedBy: { $0.number % 6 }
                ) { event in
                    running.withLock { running in
                        if !running.now.insert(event.number % 6).inserted { running.clashes += 1 }
                        running.peak = max(running.peak, running.now.count)
                    }
                    if event.number == 0 { await barrier.pass() } else { await Task.yield() }
                    running.withLock { _ = $0.now.remove(event.number % 6) }
                    journal.note(event.number)
                }
            } _: {
                await journal.next(50)
                #expect(journal.all.allSatisfy { $0 % 6 != 0 })
                barrier.open()
                await journal.next(10)
            }
            for key in 0..<6 as Range<Int64> {
                #expect(journal.all.filter { $0 % 6 == key } == Array(stride(from: key, to: 60, by: 6)))
            }
            let (peak, clashes) = running.withLock { ($0.peak, $0.clashes) }
            #expect((2...4).contains(peak))
            #expect(clashes == 0)
        }
    }

    @Test(
        "S34: processing with checkpoints when stopped lets running handlers finish, starts none, saves, and goes on without gap or repeat later"
    )
    func stopped() async throws {
        try await TestServer.withClient { client in
            let (stream, store, journal, barrier) = (
                TestServer.newStream(), ObservedStore<Int64>(), HandledEvents(), Barrier()
            )
            try await client.publish(Pony.events(20), to: stream)
            let subscription = try await client.subscribe(to: stream, from: .start)
            async let processing: Void = subscription.process(savingTo: store, maxConcurrent: 2) { event in
                if event.number >= 5 { await barrier.pass() }
                journal.note(event.number)
            }
            for _ in 0..<2 { await barrier.arrival() }
            subscription.stop()
            barrier.open()
            try await processing
            #expect(journal.all.sorted() == Self.numbers(0..<7))
            #expect(store.load() == .after(6))
            _ = try await Self.during {
                try await client.follow(stream, checkpoint: store) { journal.note($0.number) }
            } _: {
                await journal.next(20)
            }
            #expect(journal.all.sorted() == Self.numbers(0..<20))
        }
    }

    @Test(
        "processing with checkpoints when cancelled lets running handlers finish, starts none, saves, and goes on without gap or repeat later"
    )
    func cancelled() async throws {
        try await TestServer.withClient { client in
            let (stream, journal) = (TestServer.newStream(), HandledEvents())
            let store = StreamCheckpointStore<Int64>(stream: "\(stream)-checkpoint", client: client)
            try await client.publish(Pony.events(20), to: stream)
            for round in 1...4 as ClosedRange<Int64> {
                let barrier = Barrier()
                let task = Task {
                    try await client.follow(stream, checkpoint: store) { event in
                        if event.number == round * 5 - 1 { await barrier.pass() }
                        journal.note(event.number)
                    }
                }
                await barrier.arrival()
                task.cancel()
                barrier.open()
                await #expect(throws: CancellationError.self) { try await task.value }
                let saved = try await store.load()
                #expect(saved == .after(round * 5 - 1))
            }
            #expect(journal.all == Self.numbers(0..<20))
        }
    }

    @Test("processing with checkpoints gives an event again whose handler gave up because it was cancelled")
    func gaveUp() async throws {
        try await TestServer.withClient { client in
            let (stream, store, barrier) = (TestServer.newStream(), ObservedStore<Int64>(), Barrier())
            try await client.publish(Pony.events(3), to: stream)
            let task = Task {
                try await client.follow(stream, checkpoint: store) { event in
                    guard event.number == 1 else { return }
                    await barrier.pass()
                    try Task.checkCancellation()
                }
            }
            await barrier.arrival()
            task.cancel()
            barrier.open()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(store.load() == .after(0))
        }
    }

    @Test(
        "processing with checkpoints after an abrupt end gives again what came since the last checkpoint, and leaves nothing out"
    )
    func abrupt() async throws {
        try await TestServer.withClient { client in
            let (stream, store, journal) = (TestServer.newStream(), ObservedStore<Int64>(), HandledEvents())
            try await client.publish(Pony.events(30), to: stream)
            // What is on the disk when the process dies is what was saved by then.
            var survived: SubscriptionStart<Int64>?
            _ = try await Self.during {
                try await client.follow(stream, checkpoint: store, every: 7, orAfter: Self.never) {
                    journal.note($0.number)
                }
            } _: {
                await journal.next(30)
                // Handlers do not wait for what is saved meanwhile.
                await store.next { _ in true }
                survived = store.load()
            }
            guard case .after(let last)? = survived else {
                Issue.record("nothing was saved")
                return
            }
            let again = HandledEvents()
            _ = try await Self.during {
                try await client.follow(stream, checkpoint: MemoryCheckpointStore(.after(last))) {
                    again.note($0.number)
                }
            } _: {
                await again.next(Int(29 - last))
                try await client.publish(Pony.events(1), to: stream)
                await again.next(1)
            }
            #expect(again.all == Self.numbers(last + 1..<31))
        }
    }

    @Test(
        "processing with checkpoints ends with what a handler throws and at which event, when what is finished is saved"
    )
    func handlerThrows() async throws {
        struct Colic: Error {}
        try await TestServer.withClient { client in
            let (stream, store) = (TestServer.newStream(), ObservedStore<Int64>())
            try await client.publish(Pony.events(20), to: stream)
            let error = try await #require(throws: HandlerError.self) {
                try await client.follow(stream, checkpoint: store) { if $0.number == 5 { throw Colic() } }
            }
            #expect(error.event.number == 5)
            #expect(error.underlying is Colic)
            #expect("\(error)" == "handle event 5 of '\(stream)' (PonyJumped): Colic()")
            #expect(store.load() == .after(4))
        }
    }

    @Test(
        "processing with checkpoints ends with what the store throws, when running handlers have finished",
        arguments: [0, 1])
    func storeThrows(save: Int) async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let store = ObservedStore<Int64>(failsFrom: save)
            try await client.publish(Pony.events(20), to: stream)
            await #expect(throws: ObservedStore<Int64>.Failure.self) {
                try await client.follow(stream, checkpoint: store, every: 1) { _ in }
            }
            #expect(store.history.count == save)
        }
    }

    @Test(
        "processing with checkpoints ends when the stream is deleted for good, and what had come by then is dealt with and saved"
    )
    func deleted() async throws {
        try await TestServer.withClient { client in
            let (stream, store, journal, barrier) = (
                TestServer.newStream(), ObservedStore<Int64>(), HandledEvents(), Barrier()
            )
            try await client.publish(Pony.events(5), to: stream)
            async let processing: Void = client.follow(stream, checkpoint: store) { event in
                if event.number == 0 { await barrier.pass() }
                journal.note(event.number)
            }
            await barrier.arrival()
            try await client.tombstoneStream(stream)
            barrier.open()
            do {
                try await processing
                Issue.record("it ended without an error")
            } catch let error as PhotonPumpError {
                #expect(error.code == .streamDeleted)
            }
            #expect(journal.all == Self.numbers(0..<5))
            #expect(store.load() == .after(4))
        }
    }

    @Test("processing with checkpoints refuses what can never work, and a second consumer")
    func arguments() async throws {
        try await TestServer.withClient { client in
            let store = MemoryCheckpointStore<Int64>()
            func code(_ every: Int, _ time: Duration, _ maxConcurrent: Int) async throws -> PhotonPumpError.Code {
                try await failure {
                    try await client.follow(
                        "ponies", checkpoint: store, every: every, orAfter: time, maxConcurrent: maxConcurrent
                    ) { _ in }
                }.code
            }
            #expect(try await code(0, .seconds(1), 1) == .invalidArgument)
            #expect(try await code(1, .zero, 1) == .invalidArgument)
            #expect(try await code(1, .seconds(1), 0) == .invalidArgument)
            let subscription = try await client.subscribe(to: "ponies")
            let events = subscription.events.makeAsyncIterator()
            #expect(
                try await failure { try await subscription.process(savingTo: store) { _ in } }.code
                    == .invalidArgument)
            _ = events
        }
    }
}
