import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Synchronization
import Testing

@Suite("Processing", .timeLimit(.minutes(1)))
struct ProcessingTests {
    private struct Lame: Error {}

    /// What handlers did, in order.
    /// How many are there, and were at most.
    private final class Head: Sendable {
        private let counts = Mutex((now: 0, most: 0))
        func come() { self.counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
        func go() { self.counts.withLock { $0.now -= 1 } }
        var most: Int { self.counts.withLock { $0.most } }
    }

    @Test("S44: a handler that throws has its event refused as told, and the subscription goes on")
    func refused() async throws {
        try await ScriptedSubscription.run(bufferSize: 4) { script in
            let (subscription, diary) = (script.subscription, Observed<[String]>([]))
            let processing = Task {
                try await subscription.process(onError: { error, event in
                    error is Lame && event.number == 0 ? .retry : .park
                }) { event in
                    diary.update { $0.append("\(event.number)/\(event.retryCount)") }
                    if event.retryCount == 0, event.number < 2 { throw Lame() }
                }
            }
            try await script.peer.push(0..<3, on: script.id)
            let first = try await script.peer.refused(on: script.id)
            #expect(first.eventIDs == [.pony(0)])
            #expect(first.action == .retry)
            #expect(first.message == "Lame()")
            #expect(try await script.peer.refused(on: script.id).action == .park)
            try await script.peer.push([0], on: script.id, retryCount: 1)
            var acknowledged: [Int] = []
            while acknowledged.count < 2 { acknowledged += try await script.peer.acknowledged(on: script.id) }
            #expect(acknowledged == [2, 0])
            #expect(diary.value == ["0/0", "1/0", "2/0", "0/1"])
            subscription.stop()
            try await script.peer.acceptLeaving(script.id)
            try await processing.value
        }
    }

    @Test("processing keeps the order of events with the same key, and lets others go ahead")
    func order() async throws {
        try await ScriptedSubscription.run(bufferSize: 12, acknowledgementDelay: .milliseconds(5)) { script in
            let (subscription, diary, gate) = (script.subscription, Observed<[String]>([]), Gate())
            let processing = Task {
                try await subscription.process(maxConcurrent: 4, partitionedBy: { $0.number % 3 }) { event in
                    if event.number == 0 { await gate.pass() }
                    diary.update { $0.append("\(event.number)") }
                }
            }
            try await script.peer.push(0..<12, on: script.id)
            var acknowledged: Set<Int> = []
            while acknowledged.count < 6 { acknowledged.formUnion(try await script.peer.acknowledged(on: script.id)) }
            try await diary.wait { $0.count == 8 }
            #expect(!diary.value.contains { (Int($0) ?? 0) % 3 == 0 })
            gate.open()
            while acknowledged.count < 12 { acknowledged.formUnion(try await script.peer.acknowledged(on: script.id)) }
            for key in 0..<3 {
                let numbers = diary.value.compactMap { Int($0) }.filter { $0 % 3 == key }
                #expect(numbers == numbers.sorted())
            }
            subscription.stop()
            try await script.peer.acceptLeaving(script.id)
            try await processing.value
        }
    }

    @Test("processing runs no more handlers at once than it was told", arguments: [1, 3])
    func limit(_ limit: Int) async throws {
        try await ScriptedSubscription.run(bufferSize: 20, acknowledgementDelay: .milliseconds(5)) { script in
            let (subscription, gate, running) = (script.subscription, Gate(), Head())
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await subscription.process(maxConcurrent: limit) { _ in
                        running.come()
                        await gate.pass()
                        running.go()
                    }
                }
                try await script.peer.push(0..<20, on: script.id)
                for _ in 0..<20 { gate.open() }
                var acknowledged = 0
                while acknowledged < 20 { acknowledged += try await script.peer.acknowledged(on: script.id).count }
                subscription.stop()
                try await script.peer.acceptLeaving(script.id)
                try await group.waitForAll()
            }
            #expect(running.most <= limit)
        }
    }

    @Test("processing ends with what the choice of the action throws, and leaves the event to the server")
    func choiceThrows() async throws {
        try await ScriptedSubscription.run { script in
            let subscription = script.subscription
            let processing = Task {
                try await subscription.process(onError: { error, _ in throw error }) { _ in throw Lame() }
            }
            try await script.peer.push([0], on: script.id)
            try await script.peer.acceptLeaving(script.id)
            let error = try await #require(throws: HandlerError.self) { try await processing.value }
            #expect(error.event.number == 0)
            #expect(error.underlying is Lame)
        }
    }

    @Test("processing ends with the server's reason once running handlers have finished")
    func serverEnds() async throws {
        try await ScriptedSubscription.run { script in
            let (subscription, started, gate, diary) = (script.subscription, Gate(), Gate(), Observed<[String]>([]))
            let processing = Task {
                try await subscription.process { _ in
                    started.open()
                    await gate.pass()
                    diary.update { $0.append("through") }
                }
            }
            try await script.peer.push([0], on: script.id)
            await started.pass()
            try await script.peer.drop(script.id, .persistentSubscriptionDeleted)
            for await change in script.changes { if case .ended = change { break } }
            #expect(diary.value.isEmpty)
            gate.open()
            #expect(try await failure { try await processing.value }.code == .subscriptionDeleted)
            #expect(diary.value == ["through"])
        }
    }

    @Test("processing starts no handler for events that were taken back while they waited")
    func takenBack() async throws {
        try await ScriptedSubscription.run(acknowledgementDelay: .milliseconds(5)) { script in
            let (subscription, started, gate, diary) = (script.subscription, Gate(), Gate(), Observed<[String]>([]))
            let processing = Task {
                try await subscription.process { event in
                    diary.update { $0.append("\(event.number)/\(event.retryCount)") }
                    started.open()
                    await gate.pass()
                }
            }
            try await script.peer.push(0..<3, on: script.id)
            await started.pass()
            await script.peer.close()
            let peer = try await script.session.nextConnection()
            let id = try await peer.confirmSubscription()
            try await peer.push(0..<3, on: id, retryCount: 1)
            for _ in 0..<4 { gate.open() }
            var acknowledged: [Int] = []
            while acknowledged.count < 3 { acknowledged += try await peer.acknowledged(on: id) }
            #expect(acknowledged == [0, 1, 2])
            #expect(diary.value == ["0/0", "0/1", "1/1", "2/1"])
            subscription.stop()
            try await peer.acceptLeaving(id)
            try await processing.value
            await peer.close()
        }
    }

    @Test("S48: processing warns of an event that is not dealt with when four fifths of its time are over")
    func slow() async throws {
        let timeout = Duration.milliseconds(100)
        try await ScriptedSubscription.run(messageTimeout: timeout) { script in
            let (subscription, gate) = (script.subscription, Gate())
            let processing = Task { try await subscription.process { _ in await gate.pass() } }
            try await script.peer.push([3], on: script.id)
            for await change in script.changes {
                guard case .slow(let event, let limit) = change else { continue }
                #expect(event == EventRecord.pony(3).uuid)
                #expect(limit == timeout)
                break
            }
            gate.open()
            subscription.stop()
            #expect(try await script.peer.acknowledged(on: script.id) == [3])
            try await script.peer.acceptLeaving(script.id)
            try await processing.value
        }
    }

    @Test(
        "S49: processing says that it is stalled when no slot becomes free within the time limit, and what holds them")
    func stalled() async throws {
        try await ScriptedSubscription.run(bufferSize: 2, messageTimeout: .milliseconds(100)) { script in
            var events = script.subscription.events.makeAsyncIterator()
            try await script.peer.push(0..<2, on: script.id)
            let first = try #require(try await events.next())
            for await change in script.changes {
                guard case .stalled(let holders) = change else { continue }
                #expect(Set(holders) == [EventRecord.pony(0).uuid, EventRecord.pony(1).uuid])
                break
            }
            script.subscription.ack(first)
            for await case .recovered in script.changes { break }
        }
    }

    @Test("processing with fewer than one handler is refused")
    func none() async throws {
        try await ScriptedSubscription.run { script in
            let error = try await failure { try await script.subscription.process(maxConcurrent: 0) { _ in } }
            #expect(error.code == .invalidArgument)
        }
    }
}
