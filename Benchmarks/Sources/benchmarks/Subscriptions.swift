internal import PhotonPump
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// Events on their way from the connection to a consumer's `for try await`.
let subscriptions = [
    Scenario("subscribe", .event, 4_000) { meter in
        try await simulated({ try Peer(in: $0) }) { client, peer in
            let subscription = try await client.subscribe(to: Sample.stream)
            var events = subscription.events.makeAsyncIterator()
            try await meter.measure(pushesOf: peer, to: &events)
        }
    },
    Scenario("subscribe-one-by-one", .event, 1_000) { meter in
        try await simulated({ try Peer(in: $0) }) { client, peer in
            let subscription = try await client.subscribe(to: Sample.stream)
            var events = subscription.events.makeAsyncIterator()
            var first = 0
            var pushes: [[Peer.Push]] = []
            try await meter.measure {
                pushes = []
                for number in first..<first + meter.count { pushes.append(await peer.pushes(number..<number + 1)) }
                first += meter.count
            } work: {
                for push in pushes {
                    try await peer.push(push)
                    _ = try await events.next()
                }
            }
        }
    },
    Scenario("catch-up-live", .event, 4_000) { meter in
        try await simulated({ try Peer(in: $0) }) { client, peer in
            let subscription = try await client.subscribe(to: Sample.stream, from: .start)
            var events = subscription.events.makeAsyncIterator()
            for _ in 0..<500 { _ = try await events.next() }
            try await meter.measure(pushesOf: peer, to: &events)
        }
    },
    Scenario("catch-up-history", .event, 10_000) { meter in
        try await simulated({ try Peer(in: $0, length: meter.count) }) { client, _ in
            try await meter.measure {
                let subscription = try await client.subscribe(to: Sample.stream, from: .start)
                var events = subscription.events.makeAsyncIterator()
                for _ in 0..<meter.count { _ = try await events.next() }
            }
        }
    },
    persistent(inFlight: 10),
    persistent(inFlight: 500),
]

/// A persistent subscription, each event of which is acknowledged.
func persistent(inFlight window: Int) -> Scenario {
    Scenario("persistent-\(window)", .event, 4_000) { meter in
        try await simulated({ try Peer(in: $0) }) { client, peer in
            let subscription = try await client.connectSubscription(
                Sample.group, to: Sample.stream, bufferSize: window)
            var events = subscription.events.makeAsyncIterator()
            var first = 0
            try await meter.measure {
                await peer.prepare(meter.count, from: first)
                first += meter.count
            } work: {
                try await peer.deliver()
                for _ in 0..<meter.count {
                    guard let event = try await events.next() else { throw Unexpected(description: "no more events") }
                    subscription.ack(event)
                }
            }
        }
    }
}

extension Meter {
    /// Measures events that are pushed as fast as they are taken.
    fileprivate func measure(
        pushesOf peer: Peer, to events: inout SubscriptionEvents<Int64>.Iterator
    ) async throws {
        var first = 0
        var pushes: [Peer.Push] = []
        try await self.measure {
            pushes = await peer.pushes(first..<first + self.count)
            first += self.count
        } work: {
            try await peer.push(pushes)
            for _ in 0..<self.count {
                guard try await events.next() != nil else { throw Unexpected(description: "no more events") }
            }
        }
    }
}
