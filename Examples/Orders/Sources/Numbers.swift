import Metrics
import Synchronization

/// What the service measures, as text that Prometheus reads. A service that is meant seriously takes swift-prometheus, or
/// another of the backends that there are.
final class Numbers: Sendable {
    private let values = Mutex<[String: Double]>([:])

    var text: String {
        let values = self.values.withLock { $0 }
        return values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined()
    }

    fileprivate func change(_ name: String, _ change: (inout Double) -> Void) {
        self.values.withLock { change(&$0[name, default: 0]) }
    }

    fileprivate func remove(_ name: String) {
        self.values.withLock { $0[name] = nil }
    }
}

/// One of them. It serves for all kinds, because what they have in common is a name.
private final class Number: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private let numbers: Numbers
    private let name: String
    private let labels: String

    init(_ numbers: Numbers, _ label: String, _ dimensions: [(String, String)]) {
        self.numbers = numbers
        self.name = String(label.map { $0.isLetter || $0.isNumber ? $0 : "_" })
        let pairs = dimensions.map { "\($0)=\"\($1)\"" }
        self.labels = pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
    }

    private func change(_ suffix: String = "", _ change: (inout Double) -> Void) {
        self.numbers.change(self.name + suffix + self.labels, change)
    }

    func increment(by amount: Int64) { self.change { $0 += Double(amount) } }
    func increment(by amount: Double) { self.change { $0 += amount } }
    func decrement(by amount: Double) { self.change { $0 -= amount } }
    func set(_ value: Int64) { self.change { $0 = Double(value) } }
    func set(_ value: Double) { self.change { $0 = value } }
    func reset() { self.numbers.remove(self.name + self.labels) }
    func record(_ value: Int64) { self.record(Double(value)) }
    func record(_ value: Double) {
        self.change("_count") { $0 += 1 }
        self.change("_sum") { $0 += value }
    }
    func recordNanoseconds(_ duration: Int64) {
        self.change("_seconds_count") { $0 += 1 }
        self.change("_seconds_sum") { $0 += Double(duration) / 1e9 }
    }
}

extension Numbers: MetricsFactory {
    private func number(_ label: String, _ dimensions: [(String, String)]) -> Number {
        Number(self, label, dimensions)
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        self.number(label, dimensions)
    }
    func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        self.number(label, dimensions)
    }
    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        self.number(label, dimensions)
    }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        self.number(label, dimensions)
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        self.number(label, dimensions)
    }
    // The numbers stay, as those of a program do that counts.
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
