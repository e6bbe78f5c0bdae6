import Foundation
import PhotonPump
import Synchronization

/// One scenario: a part that is not measured, then one that is.
struct BenchRun {
    let client: Client
    let options: BenchCommand

    func measured() async throws -> JSON {
        switch self.options.scenario {
        case .ping:
            return try await self.oneAfterAnother { try await self.client.ping() }
        case .readEvent:
            let stream = self.options.stream
            return try await self.oneAfterAnother { _ = try await self.client.getEvent(0, in: stream) }
        case .writeSequential:
            return try await self.oneAfterAnother(self.write(events: 1))
        case .writePipelined:
            return try await self.inFlight(self.write(events: 1))
        case .writeBatch:
            return try await self.inFlight(self.write(events: self.options.batch), unit: self.options.batch)
        case .readSlices:
            return try await self.readSlices()
        case .subscribe:
            return try await self.subscribe()
        case .catchUp:
            return try await self.catchUp()
        case .persistent:
            return try await self.persistent()
        case .createSubscription:
            return try await self.createSubscription()
        }
    }

    private func write(events count: Int) -> @Sendable () async throws -> Void {
        let data = Payload(BenchRun.json(size: self.options.size))
        let (client, stream) = (self.client, self.options.stream)
        return {
            let events = (0..<count).map { _ in NewEvent(type: "bench-event", data: data, isJSON: true) }
            try await client.publish(events, to: stream)
        }
    }

    /// A JSON object of exactly `size` bytes, where that is possible.
    static func json(size: Int) -> String {
        let start = #"{"id":123456,"name":"benchmark","pad":""#
        guard size >= start.utf8.count + 2 else { return String(repeating: "1", count: size) }
        return start + String(repeating: "x", count: size - start.utf8.count - 2) + "\"}"
    }

    private func oneAfterAnother(_ operation: () async throws -> Void) async throws -> JSON {
        for _ in 0..<self.options.warmup { try await operation() }
        let clock = ContinuousClock()
        var latencies: [Duration] = []
        latencies.reserveCapacity(self.options.count)
        let meter = Meter()
        for _ in 0..<self.options.count {
            let start = clock.now
            try await operation()
            latencies.append(clock.now - start)
        }
        return meter.report(self.options, units: self.options.count, latencies: latencies)
    }

    /// Runs the operations in `--window` tasks, each of which awaits one at a time.
    private func inFlight(_ operation: @escaping @Sendable () async throws -> Void, unit: Int = 1) async throws -> JSON
    {
        _ = try await self.latencies(of: operation, count: self.options.warmup)
        let meter = Meter()
        let latencies = try await self.latencies(of: operation, count: self.options.count)
        return meter.report(self.options, units: self.options.count * unit, latencies: latencies)
    }

    private func latencies(
        of operation: @escaping @Sendable () async throws -> Void,
        count: Int
    ) async throws -> [Duration] {
        let started = Counter()
        return try await withThrowingTaskGroup(of: [Duration].self) { group in
            for _ in 0..<self.options.window {
                group.addTask {
                    let clock = ContinuousClock()
                    var latencies: [Duration] = []
                    while started.next() < count {
                        let start = clock.now
                        try await operation()
                        latencies.append(clock.now - start)
                    }
                    return latencies
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func readSlices() async throws -> JSON {
        if self.options.warmup > 0 { _ = try await self.touch(self.options.warmup) }
        let meter = Meter()
        let touched = try await self.touch(self.options.count)
        guard touched.count == self.options.count else {
            throw BenchError(description: "the stream has only \(touched.count) events")
        }
        return meter.report(self.options, units: touched.count, latencies: nil)
    }

    /// Goes through `count` events and looks at each one's number, id, type and data.
    private func touch(_ count: Int) async throws -> Touched {
        var touched = Touched()
        for try await event in self.client.iter(self.options.stream, pageSize: self.options.slice) {
            touched.add(event)
            if touched.count == count { break }
        }
        return touched
    }

    /// A sum over everything looked at, so that no look can be left out.
    struct Touched {
        var count = 0
        private var sum = 0

        mutating func add(_ event: ResolvedEvent) {
            self.count += 1
            self.sum &+= Int(event.number) &+ Int(event.id.uuid.15) &+ event.type.utf8.count
            self.sum &+= event.data.count &+ Int(event.data.first ?? 0) &+ Int(event.data.last ?? 0)
        }
    }
}

/// Numbers from 0 on, each given out once.
private final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    func next() -> Int { self.value.wrappingAdd(1, ordering: .relaxed).oldValue }
}

struct BenchError: Error, CustomStringConvertible {
    let description: String
}
