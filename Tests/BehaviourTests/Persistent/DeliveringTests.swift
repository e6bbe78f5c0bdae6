import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("A persistent subscription", .timeLimit(.minutes(1)))
struct DeliveringTests {
    @Test(
        "a persistent subscription asks for as many events as its buffer holds, under the group's name and with its credentials"
    )
    func request() async throws {
        try await ScriptedSession.run { session in
            let options = CallOptions(credentials: Credentials(username: "ops", password: "secret"))
            let connecting = Task {
                try await session.client.connectSubscription(
                    "herd", to: "ponies", bufferSize: 7, options: options)
            }
            let package = try await session.peer.next(.connectToPersistentSubscription)
            let request = try ConnectToPersistentSubscription(decoding: package.payload)
            #expect(request == ConnectToPersistentSubscription(stream: "ponies", group: "herd", allowedInFlight: 7))
            #expect(package.login == (try Login(name: "ops", password: "secret")))
            connecting.cancel()
            await #expect(throws: CancellationError.self) { try await connecting.value }
        }
    }

    @Test("a persistent subscription that is not wanted any more when the server agrees is ended on the server")
    func lateConfirmation() async throws {
        try await ScriptedSession.run { session in
            let connecting = Task { try await session.client.connectSubscription("herd", to: "ponies") }
            let package = try await session.peer.next(.connectToPersistentSubscription)
            connecting.cancel()
            await #expect(throws: CancellationError.self) { try await connecting.value }
            let confirmation = PersistentSubscriptionConfirmation(
                lastCommitPosition: 0, subscriptionID: "ponies::herd", lastEventNumber: nil)
            try await session.peer.send(
                Package(.persistentSubscriptionConfirmation, package.correlation, payload: confirmation.encoded()))
            #expect(try await session.peer.next(.unsubscribeFromStream).correlation == package.correlation)
        }
    }

    @Test(
        "a persistent subscription delivers events that come with the confirmation, in order, and with their properties"
    )
    func delivery() async throws {
        try await ScriptedSubscription.run { script in
            try await script.peer.push(0..<5, on: script.id, retryCount: 2)
            var events = script.subscription.events.makeAsyncIterator()
            for number in 0..<5 {
                let event = try #require(try await events.next())
                #expect(event.number == Int64(number))
                #expect(event.type == "PonyJumped")
                #expect(try event.decode(Pony.self) == Pony(name: "\(number)", height: 1))
                #expect(event.retryCount == 2)
            }
            #expect(script.subscription.status.inFlight == 5)
        }
    }

    @Test("a persistent subscription with times and limits that are none is refused by name")
    func refused() async throws {
        try await TestServer.withClient { client in
            let herd = { @Sendable (timeout: Duration, delay: Duration, bytes: Int) in
                try await client.connectSubscription(
                    "herd", to: "ponies", bufferBytes: bytes, messageTimeout: timeout, acknowledgementDelay: delay)
            }
            for (name, timeout, delay, bytes) in [
                ("messageTimeout", .zero, .zero, 1), ("acknowledgementDelay", .seconds(1), .seconds(-1), 1),
                ("bufferBytes", .seconds(1), .zero, 0),
            ] as [(String, Duration, Duration, Int)] {
                let error = try await failure { try await herd(timeout, delay, bytes) }
                #expect((error.code, error.stream) == (.invalidArgument, "ponies"))
                #expect(error.message.hasPrefix(name), "\(error)")
            }
        }
    }

    @Test("a persistent subscription is iterated once; a second iteration is told so, and the first goes on")
    func singlePass() async throws {
        try await ScriptedSubscription.run { script in
            var first = script.subscription.events.makeAsyncIterator()
            let error = try await failure { for try await _ in script.subscription.events {} }
            #expect(error.code == .invalidArgument)
            #expect(try await failure { try await script.subscription.process { _ in } }.code == .invalidArgument)
            try await script.peer.push([0], on: script.id)
            #expect(try await first.next()?.number == 0)
        }
    }

    @Test("a persistent subscription ends on the server when the loop is left, after its acknowledgements")
    func leavingTheLoop() async throws {
        try await ScriptedSubscription.run { script in
            try await script.peer.push(0..<3, on: script.id)
            for try await event in script.subscription.events {
                script.subscription.ack(event)
                if event.number == 1 { break }
            }
            #expect(try await script.peer.acknowledged(2, on: script.id) == [0, 1])
            try await script.peer.acceptLeaving(script.id)
            for await case .ended(let error) in script.changes { #expect(error == nil) }
            #expect(script.subscription.status.phase == .ended)
        }
    }

    @Test("a persistent subscription ends on the server when nobody has it any more")
    func abandoned() async throws {
        try await ScriptedSession.run { session in
            let connecting = Task { _ = try await session.client.connectSubscription("herd", to: "ponies") }
            let id = try await session.peer.confirmSubscription()
            try await connecting.value
            try await session.peer.acceptLeaving(id)
        }
    }

    @Test("a persistent subscription ends a waiting consumer with its task, and on the server")
    func cancelled() async throws {
        try await ScriptedSubscription.run { script in
            let consumer = Task { for try await _ in script.subscription.events {} }
            consumer.cancel()
            await #expect(throws: CancellationError.self) { try await consumer.value }
            try await script.peer.acceptLeaving(script.id)
        }
    }

    @Test("a persistent subscription delivers nothing more once it is stopped, although it has more")
    func stopped() async throws {
        try await ScriptedSubscription.run { script in
            try await script.peer.push(0..<5, on: script.id)
            var numbers: [Int64] = []
            for try await event in script.subscription.events {
                numbers.append(event.number)
                script.subscription.stop()
                #expect(script.subscription.status.phase == .stopping)
                #expect(script.subscription.ack(event) == .accepted)
            }
            #expect(numbers == [0])
            #expect(try await script.peer.acknowledged(on: script.id) == [0])
            try await script.peer.acceptLeaving(script.id)
        }
    }

    @Test("a persistent subscription that is pushed more than it allowed connects again, and says so")
    func overflow() async throws {
        try await ScriptedSubscription.run(bufferSize: 3) { script in
            try await script.peer.push(0..<4, on: script.id)
            let interruption = try await script.changes.interruption()
            #expect(interruption.cause.code == .unexpectedReply)
            #expect(interruption.cause.message.contains("more than the 3 events"))
            let id = try await script.peer.confirmSubscription()
            try await script.peer.push([0], on: id)
            for try await event in script.subscription.events {
                #expect(event.number == 0)
                break
            }
        }
    }

    @Test("a persistent subscription holds an event that is delivered again once")
    func redelivery() async throws {
        try await ScriptedSubscription.run(bufferSize: 3) { script in
            try await script.peer.push(0..<3, on: script.id)
            try await script.peer.push(0..<3, on: script.id, retryCount: 1)
            try await script.peer.push(0..<3, on: script.id, retryCount: 2)
            try await script.client.roundTrip(script.peer)
            #expect(script.subscription.status.buffered == 3)
            var events = script.subscription.events.makeAsyncIterator()
            for number in 0..<3 {
                let event = try #require(try await events.next())
                #expect((event.number, event.retryCount) == (Int64(number), 2))
                script.subscription.ack(event)
            }
            #expect(script.subscription.status.inFlight == 0)
        }
    }
}

extension Client {
    /// Returns when all that the peer has sent before has been received.
    func roundTrip(_ peer: ScriptedPeer) async throws {
        async let pong = self.ping()
        try await peer.send(Package(.pong, try await peer.next(.ping).correlation))
        _ = try await pong
    }
}
