import MetricsTestKit

/// One of the instruments that a client has made.
struct Instrument: Hashable {
    let name: String
    let kind: String
    let dimensions: [String: String]
    /// A counter's sum, a meter's last value, or the number of a timer's values.
    let value: Int
    /// Whether it was ever used.
    let isUsed: Bool

    /// All of them, sorted.
    static func all(of metrics: TestMetrics) -> [Instrument] {
        let counters = metrics.counters.map {
            Instrument($0.label, "counter", $0.dimensions, Int($0.totalValue), isUsed: $0.totalValue > 0)
        }
        let meters = metrics.meters.map {
            Instrument($0.label, "meter", $0.dimensions, Int($0.lastValue ?? 0), isUsed: !$0.values.isEmpty)
        }
        let timers = metrics.timers.map {
            Instrument($0.label, "timer", $0.dimensions, $0.values.count, isUsed: !$0.values.isEmpty)
        }
        return (counters + meters + timers).sorted { "\($0)" < "\($1)" }
    }

    private init(_ name: String, _ kind: String, _ dimensions: [(String, String)], _ value: Int, isUsed: Bool) {
        self.name = name
        self.kind = kind
        self.dimensions = Dictionary(uniqueKeysWithValues: dimensions)
        self.value = value
        self.isUsed = isUsed
    }
}

extension Instrument: CustomStringConvertible {
    /// As in the format of Prometheus.
    var description: String {
        let pairs = self.dimensions.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }
        return "\(self.name)\(pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}") \(self.value)"
    }
}
