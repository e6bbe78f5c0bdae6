import ServiceLifecycleTestKit
import Synchronization
import Testing

@testable import PhotonPump

@Suite("What a consumer that waits receives", .timeLimit(.minutes(1)))
struct DemandTests {
    private let lost = PhotonPumpError(.connectionLost, "lost")

    /// Takes the first of `batches`.
    private func meet(_ demand: inout Demand<Int>, _ batches: inout [Int]) -> Delivery<Int>? {
        demand.meet(from: &batches) { $0.isEmpty ? nil : $0.removeFirst() }
    }

    @Test("a consumer receives nothing unless it waits; each batch is taken for one that does")
    func waiting() {
        var demand = Demand<Int>()
        var batches = [1, 2]
        #expect(self.meet(&demand, &batches) == nil)
        demand.open()
        #expect(self.meet(&demand, &batches) == .batch(1))
        #expect(self.meet(&demand, &batches) == nil)
        demand.open()
        #expect(self.meet(&demand, &batches) == .batch(2))
        demand.open()
        #expect(self.meet(&demand, &batches) == nil)
        batches.append(3)
        #expect(self.meet(&demand, &batches) == .batch(3))
    }

    @Test(
        "a consumer receives the reason for the end after the last batch, once, and then the end",
        arguments: [true, false])
    func end(fails: Bool) {
        var demand = Demand<Int>()
        var batches = [1]
        #expect(!demand.isEnding)
        demand.end(fails ? self.lost : nil)
        #expect(demand.isEnding)
        demand.open()
        #expect(self.meet(&demand, &batches) == .batch(1))
        demand.open()
        #expect(self.meet(&demand, &batches) == (fails ? .error(self.lost) : .end))
        for _ in 0..<2 {
            demand.end(CancellationError())
            demand.open()
            #expect(self.meet(&demand, &batches) == .end)
        }
    }

    @Test("a consumer receives the last reason there was before it was told of one")
    func reasons() {
        var demand = Demand<Int>()
        var batches: [Int] = []
        demand.end(nil)
        demand.end(self.lost)
        demand.end(CancellationError())
        demand.open()
        #expect(self.meet(&demand, &batches) == .error(CancellationError()))
    }
}

@Suite("Handing batches to a task that waits", .timeLimit(.minutes(1)))
struct ConsumerTests {
    @Test("a task that waits is resumed with what is delivered, at once or later, and what no one waits for is ignored")
    func deliveries() async throws {
        let consumer = Consumer<Int>()
        consumer.deliver(.batch(0))
        #expect(try await consumer.next(demand: { consumer.deliver(.batch(1)) }, cancel: {}) == 1)
        let (asked, asking) = AsyncStream.makeStream(of: Void.self)
        async let later = consumer.next(demand: { asking.finish() }, cancel: {})
        for await _ in asked {}
        consumer.deliver(.batch(2))
        consumer.deliver(.batch(3))
        #expect(try await later == 2)
        #expect(try await consumer.next(demand: { consumer.deliver(.end) }, cancel: {}) == nil)
        let lost = PhotonPumpError(.connectionLost, "lost")
        await #expect(throws: PhotonPumpError.self) {
            _ = try await consumer.next(demand: { consumer.deliver(.error(lost)) }, cancel: {})
        }
    }

    @Test("a task that asks while another one waits is told so, and takes nothing away from it")
    func twoAtOnce() async throws {
        let consumer = Consumer<Int>()
        let (asked, asking) = AsyncStream.makeStream(of: Void.self)
        async let first = consumer.next(demand: { asking.finish() }, cancel: {})
        for await _ in asked {}
        let error = await #expect(throws: PhotonPumpError.self) {
            _ = try await consumer.next(
                demand: { Issue.record("it waits") }, cancel: { Issue.record("it was not cancelled") })
        }
        #expect(error?.code == .invalidArgument)
        consumer.deliver(.batch(1))
        #expect(try await first == 1)
        #expect(try await consumer.next(demand: { consumer.deliver(.batch(2)) }, cancel: {}) == 2)
    }

    @Test("a consumer tells of a cancelled task, and of one that is cancelled already before it asks")
    func cancellation() async throws {
        for isEarly in [true, false] {
            let consumer = Consumer<Int>()
            let calls = Mutex<[String]>([])
            let (asked, asking) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                if isEarly { while !Task.isCancelled { await Task.yield() } }
                return try await consumer.next {
                    calls.withLock { $0.append("demand") }
                    asking.finish()
                } cancel: {
                    calls.withLock { $0.append("cancel") }
                    consumer.deliver(.error(CancellationError()))
                }
            }
            if !isEarly { for await _ in asked {} }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let first = calls.withLock { $0.first }
            #expect(first == (isEarly ? "cancel" : "demand"))
        }
    }

    @Test("a consumer whose client ends before its own shutdown begins is told so; else it comes to its end")
    func shutdown() async throws {
        let closed = PhotonPumpError(.clientClosed, "closed")
        let (left, stopped) = (Consumer<Int>(), Consumer<Int>())
        await testGracefulShutdown { trigger in
            _ = await #expect(throws: PhotonPumpError.self) {
                // By the time the task learns of it, it shuts down as well.
                try await left.next {
                    left.deliver(.error(closed))
                    trigger.triggerGracefulShutdown()
                } cancel: {
                } stop: {
                }
            }
        }
        try await testGracefulShutdown { trigger in
            let end = try await stopped.next {
                trigger.triggerGracefulShutdown()
            } cancel: {
            } stop: {
                stopped.deliver(.error(closed))
            }
            #expect(end == nil)
        }
    }

    /// The least that stands behind a consumer.
    private final class Supply: Sendable {
        private struct State {
            var demand = Demand<Int>()
            var batches: [Int] = []
        }

        private let state = Mutex(State())
        private let consumer = Consumer<Int>()

        func next() async throws -> Int? {
            try await self.consumer.next {
                self.perform { $0.demand.open() }
            } cancel: {
                self.perform { state in
                    state.demand.end(CancellationError())
                    state.batches = []
                }
            }
        }

        func add(_ batch: Int) {
            self.perform { if !$0.demand.isEnding { $0.batches.append(batch) } }
        }

        private func perform(_ change: (inout State) -> Void) {
            let delivery = self.state.withLock { state in
                change(&state)
                return state.demand.meet(from: &state.batches) { $0.isEmpty ? nil : $0.removeFirst() }
            }
            if let delivery { self.consumer.deliver(delivery) }
        }
    }

    @Test("every batch arrives once, and every wait ends, however tasks and threads meet", arguments: 0..<50)
    func race(round: Int) async throws {
        let supply = Supply()
        let task = Task {
            var received: [Int] = []
            do {
                while let batch = try await supply.next() { received.append(batch) }
                Issue.record("it was not cancelled")
            } catch is CancellationError {}
            return received
        }
        let adding = Task.detached { for batch in 0..<100 { supply.add(batch) } }
        for _ in 0..<round { await Task.yield() }
        task.cancel()
        let received = try await task.value
        #expect(received == Array(0..<received.count))
        await adding.value
    }
}
