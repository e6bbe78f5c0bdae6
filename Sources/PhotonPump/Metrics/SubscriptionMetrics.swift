internal import Synchronization

/// How far one subscription is and how much it holds. Others may have the same instruments.
final class SubscriptionMetrics: Sendable {
    enum Kind: String, CaseIterable { case stream, all, persistent }

    /// What is true at a moment.
    struct Sample {
        var isOpen = true
        /// How far the consumer lags behind, in events of a stream or bytes of the log.
        var lag = 0
        /// The events that wait for the consumer.
        var buffered = 0
        /// Of a persistent subscription, those that are not acknowledged yet.
        var inFlight = 0
    }

    /// The time between two samples.
    static let interval: Duration = .seconds(1)

    private let open, lag, buffered, inFlight, events: @Sendable (Int) -> Void
    private let sample = Mutex(Sample(isOpen: false))

    /// - Parameter name: what its user calls it. Those without a name are counted together.
    init(_ instruments: Instruments, _ kind: Kind, name: String?) {
        let name = ("subscription", name ?? "unnamed")
        let dimensions = [("kind", kind.rawValue), name]
        self.open = instruments.meter("subscriptions", dimensions)
        self.events = instruments.counter("subscription_events_delivered_total", dimensions)
        self.buffered = instruments.meter("subscription_events_buffered", dimensions)
        switch kind {
        case .stream: (self.lag, self.inFlight) = (instruments.meter("subscription_lag_events", [name]), { _ in })
        case .all: (self.lag, self.inFlight) = (instruments.meter("subscription_lag_bytes", [name]), { _ in })
        case .persistent:
            (self.lag, self.inFlight) = ({ _ in }, instruments.meter("subscription_events_in_flight", [name]))
        }
    }

    deinit {
        self.note(Sample(isOpen: false))
    }

    /// The consumer has received events.
    func delivered(_ count: Int) { self.events(count) }

    func note(_ new: Sample) {
        let old = self.sample.withLock { sample in
            defer { sample = new }
            return sample
        }
        self.open((new.isOpen ? 1 : 0) - (old.isOpen ? 1 : 0))
        self.lag(new.lag - old.lag)
        self.buffered(new.buffered - old.buffered)
        self.inFlight(new.inFlight - old.inFlight)
    }
}

extension SubscriptionMetrics.Sample {
    init(_ status: PersistentSubscription.Status) {
        self.init(isOpen: status.phase != .ended, buffered: status.buffered, inFlight: status.inFlight)
    }
}
