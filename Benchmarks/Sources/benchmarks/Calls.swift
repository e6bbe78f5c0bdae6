internal import PhotonPump
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// Whole calls, from the caller to the peer and back.
let calls = [
    Scenario("ping", .call, 1_000) { meter in
        try await simulated({ try Peer(in: $0) }) { client, _ in
            try await meter.measure {
                for _ in 0..<meter.count { try await client.ping() }
            }
        }
    },
    amongOpenCalls(10),
    amongOpenCalls(10_000),
    Scenario("publish-1", .call, 1_000) { meter in
        try await simulated({ try Peer(in: $0) }) { client, _ in
            try await meter.measure {
                for _ in 0..<meter.count { try await client.publish(Sample.newEvents(1), to: Sample.stream) }
            }
        }
    },
    Scenario("publish-500", .event, 10_000) { meter in
        try await simulated({ try Peer(in: $0, writing: 500) }) { client, _ in
            try await meter.measure {
                for _ in 0..<meter.count / 500 {
                    try await client.publish(Sample.newEvents(500), to: Sample.stream)
                }
            }
        }
    },
    Scenario("publish-pipelined", .call, 2_500) { meter in
        try await simulated({ try Peer(in: $0) }) { client, _ in
            try await meter.measure {
                try await withThrowingDiscardingTaskGroup { group in
                    for _ in 0..<500 {
                        group.addTask {
                            for _ in 0..<meter.count / 500 {
                                try await client.publish(Sample.newEvents(1), to: Sample.stream)
                            }
                        }
                    }
                }
            }
        }
    },
    Scenario("read-page-500", .event, 10_000) { meter in
        try await simulated({ try Peer(in: $0) }) { client, _ in
            try await meter.measure {
                for _ in 0..<meter.count / 500 {
                    let slice = try await client.get(Sample.stream, from: .number(0), maxCount: 500)
                    try check(slice.events.count, is: 500)
                }
            }
        }
    },
    Scenario("iterate-500", .event, 10_000) { meter in
        try await simulated({ try Peer(in: $0, length: meter.count) }) { client, _ in
            try await meter.measure {
                var count = 0
                for try await event in client.iter(Sample.stream, pageSize: 500) {
                    count += event.data.isEmpty ? 0 : 1
                }
                try check(count, is: meter.count)
            }
        }
    },
]

/// Calls that are answered, while others wait for answers that never come.
func amongOpenCalls(_ open: Int, pings count: Int = 1_000) -> Scenario {
    Scenario("ping-among-\(open)", .call, count) { meter in
        try await simulated(
            { try Peer(in: $0, ignoring: .readStreamEventsBackward) }, inFlight: open + 10
        ) { client, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<open {
                    group.addTask { _ = try await client.get(Sample.stream, direction: .backward, maxCount: 1) }
                }
                while await client.load.inFlight < open { await Task.yield() }
                try await meter.measure {
                    for _ in 0..<meter.count { try await client.ping() }
                }
                group.cancelAll()
                while let result = await group.nextResult() {
                    guard case .failure(is CancellationError) = result else {
                        throw Unexpected(
                            description: "a call that is not answered ended otherwise than by its cancelling")
                    }
                }
            }
        }
    }
}
