/// Watches a connection for silence; pure, with the time passed in.
///
/// After `interval` without a byte from the peer it asks for a sign of life, and after `timeout` more without any it
/// calls the connection dead. Any byte counts.
struct Heartbeat {
    enum Action: Equatable {
        /// Look again at that time.
        case wait(until: ContinuousClock.Instant)
        /// Send a HeartbeatRequest and look again at that time.
        case ask(until: ContinuousClock.Instant)
        /// Nothing has come for so long.
        case dead(silence: Duration)
    }

    private let settings: HeartbeatSettings
    private var lastReceived: ContinuousClock.Instant
    private var asked: ContinuousClock.Instant?

    init(_ settings: HeartbeatSettings, now: ContinuousClock.Instant) {
        self.settings = settings
        self.lastReceived = now
    }

    /// Something has come.
    ///
    /// - Returns: whether it was waited for, so that it is time to look again before the time last named.
    mutating func received(now: ContinuousClock.Instant) -> Bool {
        defer { self.asked = nil }
        self.lastReceived = now
        return self.asked != nil
    }

    mutating func look(now: ContinuousClock.Instant) -> Action {
        if let asked {
            let limit = asked + self.settings.timeout
            return now < limit ? .wait(until: limit) : .dead(silence: now - self.lastReceived)
        }
        let limit = self.lastReceived + self.settings.interval
        guard now >= limit else { return .wait(until: limit) }
        // However late we look (the process may have been stopped), the peer has the whole time to answer.
        self.asked = now
        return .ask(until: now + self.settings.timeout)
    }
}
