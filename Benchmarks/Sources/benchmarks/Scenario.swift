internal import CMark
internal import Foundation
internal import Synchronization

/// Something that is done again and again, and what that costs.
struct Scenario: Sendable {
    enum Unit: String, Sendable { case call, event, frame, package }

    let name: String
    let unit: Unit
    /// How many of them are measured.
    let count: Int
    private let body: @Sendable (Meter) async throws -> Void

    /// - Parameter body: prepares all that is needed, and has the meter measure its work.
    init(_ name: String, _ unit: Unit, _ count: Int, _ body: @escaping @Sendable (Meter) async throws -> Void) {
        self.name = name
        self.unit = unit
        self.count = count
        self.body = body
    }

    func measured(count: Int? = nil) async throws -> Measurement {
        let meter = Meter(count: count ?? self.count)
        try await self.body(meter)
        guard let measurement = meter.measurement else { throw NotMeasured(scenario: self.name) }
        return measurement
    }

    struct NotMeasured: Error { let scenario: String }
}

struct Measurement: Sendable {
    let count: Int
    let processorSeconds: Double
    let seconds: Double
}

/// Measures a scenario's work.
final class Meter: Sendable {
    /// How often a scenario does what it is about, each time.
    let count: Int
    private let result = Mutex<Measurement?>(nil)

    fileprivate init(count: Int) {
        self.count = count
    }

    var measurement: Measurement? { self.result.withLock { $0 } }

    /// Does the work twice: once so that all is made that is made once, and memory is as large as it gets; and once
    /// between two marks.
    ///
    /// - Parameter prepare: comes before each time, and is not measured.
    func measure(
        prepare: () async throws -> Void = {}, work: () async throws -> Void
    ) async throws {
        try await prepare()
        try await work()
        try await prepare()
        benchmark_mark()
        let start = (Self.processorSeconds(), ContinuousClock.now)
        try await work()
        let seconds = (ContinuousClock.now - start.1) / .seconds(1)
        let processorSeconds = Self.processorSeconds() - start.0
        benchmark_mark()
        self.result.withLock {
            $0 = Measurement(count: self.count, processorSeconds: processorSeconds, seconds: seconds)
        }
    }

    /// Of this process so far.
    static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }
}
