import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("Acknowledgements", .timeLimit(.minutes(1)))
struct AcknowledgingTests {
    @Test("acknowledgements are sent when there are as many as a quarter of the buffer")
    func quarter() async throws {
        try await ScriptedSubscription.run(bufferSize: 8) { script in
            try await script.peer.push(0..<5, on: script.id)
            var events = script.subscription.events.makeAsyncIterator()
            var delivered: [DeliveredEvent] = []
            for _ in 0..<5 { delivered.append(try #require(try await events.next())) }
            for event in delivered { script.subscription.ack(event) }
            #expect(try await script.peer.acknowledged(on: script.id) == [0, 1])
            #expect(try await script.peer.acknowledged(on: script.id) == [2, 3])
            script.subscription.stop()
            #expect(try await script.peer.acknowledged(on: script.id) == [4])
        }
    }

    @Test("acknowledgements are sent when the consumer comes for an event and none is there")
    func drained() async throws {
        try await ScriptedSubscription.run(bufferSize: 100) { script in
            try await script.peer.push(0..<2, on: script.id)
            let consumer = Task {
                for try await event in script.subscription.events { script.subscription.ack(event) }
            }
            #expect(try await script.peer.acknowledged(2, on: script.id) == [0, 1])
            script.subscription.stop()
            try await consumer.value
        }
    }

    @Test("acknowledgements are sent after the delay at the latest, together")
    func delay() async throws {
        try await ScriptedSubscription.run(bufferSize: 100, acknowledgementDelay: .milliseconds(5)) { script in
            try await script.peer.push(0..<4, on: script.id)
            var events = script.subscription.events.makeAsyncIterator()
            var delivered: [DeliveredEvent] = []
            for _ in 0..<4 { delivered.append(try #require(try await events.next())) }
            script.subscription.ack(delivered.prefix(3))
            #expect(try await script.peer.acknowledged(on: script.id) == [0, 1, 2])
            script.subscription.ack(delivered[3])
            #expect(try await script.peer.acknowledged(on: script.id) == [3])
        }
    }

    @Test("acknowledgements go before refusals made later, and carry the subscription's credentials")
    func order() async throws {
        let options = CallOptions(credentials: Credentials(username: "ops", password: "secret"))
        try await ScriptedSubscription.run(bufferSize: 100, options: options) { script in
            try await script.peer.push(0..<4, on: script.id)
            var events = script.subscription.events.makeAsyncIterator()
            var delivered: [DeliveredEvent] = []
            for _ in 0..<4 { delivered.append(try #require(try await events.next())) }
            script.subscription.ack(delivered[0])
            script.subscription.nack(delivered[1...2], action: .park, reason: "lame")
            script.subscription.ack(delivered[3])
            script.subscription.stop()

            let acknowledgement = try #require(try await script.peer.next())
            #expect(acknowledgement.login == (try Login(name: "ops", password: "secret")))
            let ids = try PersistentSubscriptionAckEvents(decoding: acknowledgement.payload).eventIDs
            #expect(ids == [.pony(0)])
            let refusal = try await script.peer.refused(on: script.id)
            #expect(refusal.eventIDs == [.pony(1), .pony(2)])
            #expect(refusal.action == .park)
            #expect(refusal.message == "lame")
            #expect(try await script.peer.acknowledged(on: script.id) == [3])
        }
    }

    @Test("acknowledgements of the same event are accepted once")
    func twice() async throws {
        try await ScriptedSubscription.run { script in
            try await script.peer.push(0..<2, on: script.id)
            var events = script.subscription.events.makeAsyncIterator()
            let first = try #require(try await events.next())
            #expect(script.subscription.ack([first, first]) == [.accepted, .expired])
            #expect(script.subscription.nack(first) == .expired)
            let second = try #require(try await events.next())
            #expect(script.subscription.nack(second, action: .skip) == .accepted)
            #expect(script.subscription.ack(second) == .expired)
            #expect(try await script.peer.acknowledged(on: script.id) == [0])
            #expect(try await script.peer.refused(on: script.id).action == .skip)
        }
    }

    @Test("S43: delivery goes on when more events than the buffer holds are acknowledged, by their links' ids")
    func links() async throws {
        try await ScriptedSubscription.run(bufferSize: 4) { script in
            let consumer = Task {
                var numbers: [Int64] = []
                for try await event in script.subscription.events {
                    #expect(event.link != nil)
                    numbers.append(event.number)
                    script.subscription.ack(event)
                }
                return numbers
            }
            // As a server does: an event for each that was acknowledged.
            try await script.peer.push(0..<4, on: script.id, isLinked: true)
            var (pushed, acknowledged) = (4, [Int]())
            while acknowledged.count < 40 {
                let numbers = try await script.peer.acknowledged(on: script.id)
                acknowledged += numbers
                try await script.peer.push(pushed..<pushed + numbers.count, on: script.id, isLinked: true)
                pushed += numbers.count
            }
            #expect(acknowledged == Array(0..<acknowledged.count))
            script.subscription.stop()
            #expect(try await consumer.value.prefix(40) == Array(0..<40)[...])
        }
    }

    @Test("S45: nothing is acknowledged that the consumer did not acknowledge, when it refuses an event with stop")
    func refusedWithStop() async throws {
        try await ScriptedSubscription.run { script in
            try await script.peer.push(0..<3, on: script.id)
            for try await event in script.subscription.events {
                if event.number == 1 { script.subscription.nack(event, action: .stop) }
                if event.number == 2 { break }
            }
            let refusal = try await script.peer.refused(on: script.id)
            #expect(refusal.action == .stop)
            #expect(refusal.eventIDs == [.pony(1)])
            try await script.peer.acceptLeaving(script.id)
        }
    }

    @Test("S50: a hundred ids take one call and one message, thousands as many as servers take")
    func many() async throws {
        try await ScriptedSubscription.run(bufferSize: 5000) { script in
            try await script.peer.push(0..<4600, on: script.id)
            var events = script.subscription.events.makeAsyncIterator()
            var delivered: [DeliveredEvent] = []
            for _ in 0..<4600 { delivered.append(try #require(try await events.next())) }

            let outcomes = script.subscription.nack(delivered[..<100], action: .skip)
            #expect(outcomes == Array(repeating: .accepted, count: 100))
            #expect(try await script.peer.refused(on: script.id).eventIDs == (0..<100).map { .pony($0) })
            script.subscription.ack(delivered[100...])
            for count in [2000, 2000, 500] {
                let package = try await script.peer.next(.persistentSubscriptionAckEvents)
                #expect(try PersistentSubscriptionAckEvents(decoding: package.payload).eventIDs.count == count)
            }
        }
    }

    @Test("acknowledgements that are late are expired")
    func late() async throws {
        try await ScriptedSubscription.run { script in
            try await script.peer.push([0], on: script.id)
            var last: DeliveredEvent?
            for try await event in script.subscription.events {
                last = event
                break
            }
            try await script.peer.acceptLeaving(script.id)
            #expect(script.subscription.ack(try #require(last)) == .expired)
        }
    }

    @Test(
        "S46: acknowledgements of what was dealt with reach the server before anything else when the subscription ends",
        arguments: Ending.allCases)
    func flushed(_ ending: Ending) async throws {
        try await ScriptedSubscription.run(bufferSize: 100) { script in
            let (started, gate) = (Observed(0), Gate())
            let (subscription, changes) = (script.subscription, script.subscription.changes)
            let consumer = Task {
                try await subscription.process(maxConcurrent: 2) { event in
                    guard [2, 4].contains(event.number) else { return }
                    started.update { $0 += 1 }
                    await gate.pass()
                }
            }
            try await script.peer.push(0..<5, on: script.id)
            // Both handlers are at work, so one of them is through with the others.
            try await started.wait { $0 == 2 }
            var closing: Task<Void, Never>?
            switch ending {
            case .stop: subscription.stop()
            case .cancellation: consumer.cancel()
            case .closing:
                closing = Task { await script.client.close(drainingFor: .seconds(50)) }
                for await case .stopping in changes { break }
            }
            gate.open()
            gate.open()
            var acknowledged: Set<Int> = []
            while acknowledged.count < 5 {
                acknowledged.formUnion(try await script.peer.acknowledged(on: script.id))
            }
            #expect(acknowledged == [0, 1, 2, 3, 4])
            try await script.peer.acceptLeaving(script.id)
            let outcome = await consumer.result
            await closing?.value
            switch ending {
            case .stop, .closing: try outcome.get()
            case .cancellation: #expect(throws: CancellationError.self) { try outcome.get() }
            }
        }
    }

    enum Ending: CaseIterable {
        case stop, cancellation, closing
    }

    @Test("acknowledgements that were collected are sent when the client is closed at once")
    func closed() async throws {
        try await ScriptedSubscription.run(bufferSize: 100) { script in
            try await script.peer.push([0], on: script.id)
            var events = script.subscription.events.makeAsyncIterator()
            script.subscription.ack(try #require(try await events.next()))
            await script.client.close()
            #expect(try await script.peer.acknowledged(on: script.id) == [0])
            #expect(try await failure { try await events.next() }.code == .clientClosed)
        }
    }
}
