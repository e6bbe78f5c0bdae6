internal import Synchronization

/// Measures how far one subscription is.
final class CatchUpMeter: Sendable {
    private struct State {
        /// Whether events have been handed out.
        var hasGiven = false
        /// The place that it started after.
        var start: CatchUpPlace?
    }

    private let metrics: SubscriptionMetrics
    private let isOfAll: Bool
    private let state = Mutex(State())

    init(_ metrics: ClientMetrics, stream: String, name: String?) {
        self.isOfAll = stream == "$all"
        self.metrics = metrics.subscription(self.isOfAll ? .all : .stream, name: name)
    }

    func note(_ delivery: Delivery<[CatchUpItem]>) {
        guard case .batch(let items) = delivery else { return }
        let count = items.count { if case .event = $0 { true } else { false } }
        if count > 0 { self.state.withLock { $0.hasGiven = true } }
        self.metrics.delivered(count)
    }

    func note(_ status: SubscriptionStatus<CatchUpPlace>) {
        let start = self.state.withLock { state in
            if !state.hasGiven { state.start = status.lastPlace }
            return state.start
        }
        let isOpen = status.phase != .ended
        // A batch that the consumer has received is not handled yet.
        let lag = isOpen ? status.lag(of: status.lastProcessedPlace ?? start, inAll: self.isOfAll) : nil
        self.metrics.note(
            SubscriptionMetrics.Sample(
                isOpen: isOpen, lag: Int(lag ?? 0), buffered: isOpen ? status.bufferedEvents : 0))
    }
}
