#if Metrics
    public import Metrics
#endif

extension Client {
    #if Metrics
        /// What makes the instruments of what a client counts and measures: a `MetricsFactory` of swift-metrics.
        public typealias MetricsBackend = any MetricsFactory
    #else
        /// There is none without the trait `Metrics` of the package.
        public enum MetricsBackend: Sendable {}
    #endif
}

/// Makes instruments, each of them a function that takes what it counts or measures.
struct Instruments: Sendable {
    typealias Dimensions = [(String, String)]

    /// The prefix keeps them together, and apart from those of others.
    private static func label(_ name: String) -> String { "photonpump_\(name)" }

    #if Metrics
        private let factory: any MetricsFactory

        /// nil if the backend, or the one that the program has bootstrapped if there is none, collects nothing.
        init?(_ backend: Client.MetricsBackend?) {
            self.factory = backend ?? MetricsSystem.factory
            if self.factory is NOOPMetricsHandler { return nil }
        }

        func counter(_ name: String, _ dimensions: Dimensions = []) -> @Sendable (Int) -> Void {
            let counter = Counter(label: Self.label(name), dimensions: dimensions, factory: self.factory)
            return { counter.increment(by: $0) }
        }

        /// - Returns: takes differences, because others may report to the same meter.
        func meter(_ name: String, _ dimensions: Dimensions = []) -> @Sendable (Int) -> Void {
            let meter = Meter(label: Self.label(name), dimensions: dimensions, factory: self.factory)
            return { difference in
                if difference > 0 { meter.increment(by: Double(difference)) }
                if difference < 0 { meter.decrement(by: -Double(difference)) }
            }
        }

        func timer(_ name: String, _ dimensions: Dimensions = []) -> @Sendable (Duration) -> Void {
            let timer = Timer(label: Self.label(name), dimensions: dimensions, factory: self.factory)
            return { timer.record(duration: $0) }
        }
    #else
        init?(_ backend: Client.MetricsBackend?) { return nil }

        func counter(_ name: String, _ dimensions: Dimensions = []) -> @Sendable (Int) -> Void { { _ in } }
        func meter(_ name: String, _ dimensions: Dimensions = []) -> @Sendable (Int) -> Void { { _ in } }
        func timer(_ name: String, _ dimensions: Dimensions = []) -> @Sendable (Duration) -> Void { { _ in } }
    #endif
}
