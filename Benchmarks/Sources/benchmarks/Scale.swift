internal import Foundation
internal import PhotonPump
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The same thing in several sizes.
private struct Growth {
    let what: String
    let sizes: [Int]
    let scenario: @Sendable (Int) -> Scenario
}

/// Each of them in each size, to be looked at by name.
let scaled = growths.flatMap { growth in growth.sizes.map { growth.scenario($0) } }

private let growths = [
    Growth(what: "an event read, of so many", sizes: [10_000, 100_000, 1_000_000]) { size in
        Scenario("read-\(size)", .event, size) { meter in
            try await simulated({ try Peer(in: $0, length: size) }) { client, _ in
                try await meter.measure {
                    var count = 0
                    for try await _ in client.iter(Sample.stream, pageSize: 500) { count += 1 }
                    try check(count, is: size)
                }
            }
        }
    },
    Growth(what: "a write, of so many one after another", sizes: [1_000, 10_000, 100_000]) { size in
        Scenario("write-\(size)", .call, size) { meter in
            try await simulated({ try Peer(in: $0) }) { client, _ in
                try await meter.measure {
                    for _ in 0..<size { try await client.publish(Sample.newEvents(1), to: Sample.stream) }
                }
            }
        }
    },
    Growth(what: "a ping, among so many open calls", sizes: [10, 100, 1_000, 10_000]) {
        amongOpenCalls($0, pings: 10_000)
    },
    Growth(
        what: "an event that comes alone, for each of so many subscriptions", sizes: [1, 10, 100, 1_000],
        scenario: subscribers),
    Growth(what: "a ping, from one of so many clients", sizes: [1, 10, 100, 1_000], scenario: clients),
    Growth(what: "a MiB written, in events of so many KiB", sizes: [64, 1_024, 15_360]) { size in
        Scenario("write-large-\(size)", .call, 60) { meter in
            let data = Payload(Sample.json(bytes: size << 10))
            let event = [NewEvent(type: Sample.type, data: data, isJSON: true)]
            try await simulated({ try Peer(in: $0) }) { client, _ in
                try await meter.measure {
                    for _ in 0..<(60 << 10) / size { try await client.publish(event, to: Sample.stream) }
                }
            }
        }
    },
    Growth(what: "a MiB read, in events of so many KiB", sizes: [64, 1_024, 15_360]) { size in
        Scenario("read-large-\(size)", .call, 60) { meter in
            try await simulated({ try Peer(in: $0, length: 1, of: size << 10) }) { client, _ in
                try await meter.measure {
                    for _ in 0..<(60 << 10) / size {
                        let slice = try await client.get(Sample.stream, from: .number(0), maxCount: 1)
                        try check(slice.events[0].data.count, is: size << 10)
                    }
                }
            }
        }
    },
]

/// So many subscriptions of one client, each with a consumer of its own.
private func subscribers(_ size: Int) -> Scenario {
    Scenario("subscribers-\(size)", .event, 8_000) { meter in
        try await simulated({ try Peer(in: $0) }) { client, peer in
            let counter = Counter()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<size {
                    let subscription = try await client.subscribe(to: Sample.stream)
                    group.addTask { for try await _ in subscription.events { counter.add() } }
                }
                var rounds: [[Peer.Push]] = []
                var first = 0
                try await meter.measure {
                    rounds = []
                    for _ in 0..<meter.count / size {
                        rounds.append(await peer.pushes(first..<first + 1))
                        first += 1
                    }
                } work: {
                    for pushes in rounds {
                        let goal = counter.count + size
                        try await peer.push(pushes)
                        while counter.count < goal { await Task.yield() }
                    }
                }
                group.cancelAll()
                while let result = await group.nextResult() {
                    if case .failure(let error) = result, !(error is CancellationError) { throw error }
                }
            }
        }
    }
}

/// So many clients, each of which has its own calls.
private func clients(_ size: Int) -> Scenario {
    Scenario("clients-\(size)", .call, 8_000) { meter in
        let loop = RunLoop(seed: 1, limit: .seconds(3600))
        try await loop.run {
            let environment = Environment(simulatedOn: loop)
            let peer = try Peer(in: environment)
            await peer.start()
            var clients: [Client] = []
            for _ in 0..<size { clients.append(try await connected(to: peer, in: environment)) }
            try await meter.measure {
                for _ in 0..<meter.count / size {
                    for client in clients { try await client.ping() }
                }
            }
            for client in clients { await client.close() }
            await peer.stop()
        }
    }
}

/// Prints what each thing costs, in each size, as multiples of the cost in the smallest size.
func printScale() async throws {
    say("| | sizes | cost of one, as a multiple of that in the smallest size |")
    say("| --- | --- | --- |")
    for growth in growths {
        var costs: [Double] = []
        for size in growth.sizes {
            var best = Double.infinity
            // What others do on the machine can only add to it.
            for _ in 0..<3 {
                let measurement = try await growth.scenario(size).measured()
                best = min(best, measurement.processorSeconds / Double(measurement.count))
            }
            costs.append(best)
        }
        let multiples = costs.map { String(format: "%.2f", $0 / costs[0]) }.joined(separator: " · ")
        let sizes = growth.sizes.map { $0.formatted(.number.locale(Locale(identifier: "en"))) }.joined(separator: " · ")
        say("| \(growth.what) | \(sizes) | \(multiples) |")
    }
}
