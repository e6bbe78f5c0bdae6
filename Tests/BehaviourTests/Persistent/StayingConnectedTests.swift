import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("A persistent subscription stays connected", .timeLimit(.minutes(1)))
struct StayingConnectedTests {
    @Test("S12: a persistent subscription stays connected while nothing happens but heartbeats")
    func idle() async throws {
        try await ScriptedSubscription.run {
            $0.heartbeat.interval = .milliseconds(5)
        } _: { script in
            for _ in 0..<50 {
                let heartbeat = try #require(try await script.peer.next())
                #expect(heartbeat.command == .heartbeatRequest)
                try await script.peer.send(Package(.heartbeatResponse, heartbeat.correlation))
            }
            try await script.peer.push([0], on: script.id)
            var events = script.subscription.events.makeAsyncIterator()
            #expect(try await events.next()?.number == 0)
        }
    }

    @Test("S41: a persistent subscription stays connected when the server restarts")
    func restart() async throws {
        try await ScriptedSubscription.run { script in
            try await script.peer.push([0], on: script.id)
            let consumer = Task {
                for try await event in script.subscription.events {
                    script.subscription.ack(event)
                    if event.number == 1 { return }
                }
            }
            #expect(try await script.peer.acknowledged(on: script.id) == [0])
            try await script.peer.drop(script.id, .unsubscribed)
            await script.peer.close()

            let peer = try await script.session.nextConnection()
            let early = try await peer.next(.connectToPersistentSubscription)
            try await peer.send(
                Package(.notHandled, early.correlation, payload: NotHandled(reason: .notReady).encoded()))
            let id = try await peer.confirmSubscription()
            #expect(id != script.id)
            try await peer.push([1], on: id)
            #expect(try await peer.acknowledged(on: id) == [1])
            try await consumer.value
            var interruptions = 0
            for await change in script.changes {
                if case .interrupted = change { interruptions += 1 }
                if case .connected = change { break }
            }
            #expect(interruptions >= 1)
            await peer.close()
        }
    }

    @Test("S42: a persistent subscription stays connected at the master, when the node it asks is none")
    func master() async throws {
        let master = ScriptedServer()
        let port = try await master.start()
        try await ScriptedSession.run { session in
            let connecting = Task { try await session.client.connectSubscription("herd", to: "ponies") }
            let request = try await session.peer.next(.connectToPersistentSubscription)
            var info = MasterInfo()
            (info.tcpHost, info.tcpPort) = ("127.0.0.1", Int32(port))
            let refusal = NotHandled(reason: .notMaster, master: info)
            try await session.peer.send(Package(.notHandled, request.correlation, payload: refusal.encoded()))

            let peer = try await master.nextConnection()
            try await peer.acceptHandshake()
            let id = try await peer.confirmSubscription()
            let subscription = try await connecting.value
            try await peer.push([0], on: id)
            var events = subscription.events.makeAsyncIterator()
            #expect(try await events.next()?.number == 0)
            await session.client.close()
            await peer.close()
        }
        await master.stop()
    }

    @Test("a persistent subscription that connects again drops what was buffered: the server delivers it again")
    func discarded() async throws {
        try await ScriptedSubscription.run { script in
            try await script.peer.push(0..<4, on: script.id)
            var events = script.subscription.events.makeAsyncIterator()
            #expect(try await events.next()?.number == 0)
            await script.peer.close()
            let peer = try await script.session.nextConnection()
            let id = try await peer.confirmSubscription()
            try await peer.push(0..<4, on: id, retryCount: 1)
            for number in 0..<4 {
                let event = try #require(try await events.next())
                #expect((event.number, event.retryCount) == (Int64(number), 1))
            }
            await peer.close()
        }
    }

    @Test("S47: what came by an earlier connection is not acknowledged, and its second delivery is")
    func earlierConnection() async throws {
        try await ScriptedSubscription.run { script in
            try await script.peer.push([0], on: script.id)
            var events = script.subscription.events.makeAsyncIterator()
            let first = try #require(try await events.next())
            await script.peer.close()
            let peer = try await script.session.nextConnection()
            let id = try await peer.confirmSubscription()
            try await peer.push([0], on: id, retryCount: 1)
            let second = try #require(try await events.next())
            #expect(script.subscription.ack(first) == .expired)
            #expect(script.subscription.nack(first) == .expired)
            #expect(script.subscription.ack(second) == .accepted)
            script.subscription.stop()
            // And no other message before.
            #expect(try await peer.acknowledged(on: id) == [0])
            await peer.close()
        }
    }

    @Test("a persistent subscription stays connected after an update of its settings, which ends it on the server")
    func updated() async throws {
        try await ScriptedSubscription.run { script in
            try await script.peer.push(0..<2, on: script.id)
            var events = script.subscription.events.makeAsyncIterator()
            #expect(try await events.next()?.number == 0)
            try await script.peer.drop(script.id, .unsubscribed)
            #expect(try await script.changes.interruption().cause.code == .subscriptionDropped)
            let id = try await script.peer.confirmSubscription()
            try await script.peer.push([5], on: id)
            #expect(try await events.next()?.number == 5)
        }
    }

    @Test("a persistent subscription connects again as often as it takes, and says at which attempt it is")
    func attempts() async throws {
        try await ScriptedSubscription.run { script in
            var id = script.id
            var last = 0
            for _ in 0..<4 {
                try await script.peer.drop(id, .unsubscribed)
                let interruption = try await script.changes.interruption()
                #expect(interruption.attempt > last)
                #expect(interruption.cause.code == .subscriptionDropped)
                #expect(script.subscription.status.lastError?.code == .subscriptionDropped)
                last = interruption.attempt
                id = try await script.peer.next(.connectToPersistentSubscription).correlation
            }
            #expect(script.subscription.status.phase == .connecting)
            #expect(script.subscription.status.failedAttempts >= 3)
        }
    }

    @Test(
        "S51: a persistent subscription stays connected unless the server will not have it, which ends it with the reason",
        arguments: [
            (.accessDenied, .accessDenied), (.notFound, .subscriptionNotFound),
            (.persistentSubscriptionDeleted, .subscriptionDeleted), (.subscriberMaxCountReached, .tooManySubscribers),
        ] as [(SubscriptionDropped.Reason, PhotonPumpError.Code)])
    func ended(reason: SubscriptionDropped.Reason, code: PhotonPumpError.Code) async throws {
        // At the first attempt,
        try await ScriptedSession.run { session in
            let connecting = Task { try await session.client.connectSubscription("herd", to: "ponies") }
            let request = try await session.peer.next(.connectToPersistentSubscription)
            try await session.peer.drop(request.correlation, reason)
            let error = try await failure { try await connecting.value }
            #expect(error.code == code)
            #expect(error.stream == "ponies")
        }
        // while it is connected, and when it connects again.
        for isConnected in [true, false] {
            try await ScriptedSubscription.run { script in
                let consumer = Task { for try await _ in script.subscription.events {} }
                if isConnected {
                    try await script.peer.drop(script.id, reason)
                } else {
                    try await script.peer.drop(script.id, .unsubscribed)
                    let request = try await script.peer.next(.connectToPersistentSubscription)
                    try await script.peer.drop(request.correlation, reason)
                    guard code != .tooManySubscribers else {
                        // It may itself be the one too many, on the connection that was lost.
                        _ = try await script.peer.confirmSubscription()
                        consumer.cancel()
                        return
                    }
                }
                #expect(try await failure { try await consumer.value }.code == code)
                for await case .ended(let error) in script.changes { #expect(error?.code == code) }
                // It does not try again.
                try await script.client.roundTripAlone(script.peer)
            }
        }
    }

    @Test("a persistent subscription stays connected until its client is closed")
    func clientClosed() async throws {
        try await ScriptedSubscription.run { script in
            let consumer = Task { for try await _ in script.subscription.events {} }
            await script.client.close()
            let error = try await failure { try await consumer.value }
            #expect(error.code == .clientClosed)
            #expect(script.subscription.status.phase == .ended)
        }
    }
}

extension Client {
    /// Expects that nothing else has been sent.
    func roundTripAlone(_ peer: ScriptedPeer) async throws {
        async let pong = self.ping()
        let package = try #require(try await peer.next())
        #expect(package.command == .ping)
        try await peer.send(Package(.pong, package.correlation))
        _ = try await pong
    }
}
