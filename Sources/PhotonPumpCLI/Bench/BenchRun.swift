import Foundation
import PhotonPump
import Synchronization

/// One scenario: a part that is not measured, then one that is.
struct BenchRun {
    let client: Client
    let options: BenchCommand

    func measured() async throws -> JSON {
        let (client, stream) = (self.client, self.options.stream)
        let (window, batch) = (self.options.window, self.options.batch)
        return switch self.options.scenario {
        case .ping: try await self.repeated(window: 1) { try await client.ping() }
        case .readEvent: try await self.repeated(window: 1) { _ = try await client.getEvent(0, in: stream) }
        case .writeSequential: try await self.repeated(window: 1, self.write(events: 1))
        case .writePipelined: try await self.repeated(window: window, self.write(events: 1))
        case .writeBatch: try await self.repeated(window: window, unit: batch, self.write(events: batch))
        case .readSlices: try await self.readSlices()
        case .subscribe: try await self.subscribe()
        case .catchUp: try await self.catchUp()
        case .persistent: try await self.persistent()
        case .createSubscription: try await self.createSubscription()
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

    /// Measures the operation, `--n` times in so many tasks, each of which awaits one at a time.
    private func repeated(
        window: Int, unit: Int = 1, _ operation: @escaping @Sendable () async throws -> Void
    ) async throws -> JSON {
        _ = try await self.latencies(of: operation, count: self.options.warmup, window: window)
        let meter = Meter()
        let latencies = try await self.latencies(of: operation, count: self.options.count, window: window)
        return meter.report(self.options, units: self.options.count * unit, latencies: latencies)
    }

    private func latencies(
        of operation: @escaping @Sendable () async throws -> Void, count: Int, window: Int
    ) async throws -> [Duration] {
        let started = Atomic(0)
        return try await withThrowingTaskGroup(of: [Duration].self) { group in
            for _ in 0..<window {
                group.addTask { @Sendable in
                    let clock = ContinuousClock()
                    var latencies: [Duration] = []
                    while started.wrappingAdd(1, ordering: .relaxed).oldValue < count {
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
        let events = self.client.iter(self.options.stream, pageSize: self.options.slice)
        if self.options.warmup > 0 { _ = try await self.touch(events, self.options.warmup) { $0 } }
        let touched = try await self.touch(events, self.options.count, since: Meter()) { $0 }
        guard touched.count == self.options.count else {
            throw InputError("the stream has only \(touched.count) events")
        }
        return touched.report(self.options)
    }

    /// Goes through `count` events and looks at each one's number, id, type and data.
    ///
    /// - Parameter meter: what measures it, or nil to measure from the first event on.
    func touch<Events: AsyncSequence>(
        _ events: Events, _ count: Int, since meter: Meter? = nil, _ resolved: (Events.Element) -> ResolvedEvent
    ) async throws -> Touched {
        var touched = Touched(meter: meter)
        for try await event in events {
            touched.add(resolved(event))
            if touched.count == count { break }
        }
        return touched
    }

    /// A sum over everything looked at, so that no look can be left out.
    struct Touched {
        private(set) var count = 0
        private var sum = 0
        private var meter: Meter?

        init(meter: Meter?) {
            self.meter = meter
        }

        mutating func add(_ event: ResolvedEvent) {
            if self.meter == nil { self.meter = Meter() }
            self.count += 1
            self.sum &+= Int(event.number) &+ Int(event.id.uuid.15) &+ event.type.utf8.count
            self.sum &+= event.data.count &+ Int(event.data.first ?? 0) &+ Int(event.data.last ?? 0)
        }

        func report(_ options: BenchCommand) -> JSON {
            (self.meter ?? Meter()).report(options, units: self.count, latencies: nil)
        }
    }
}
