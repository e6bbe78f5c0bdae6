/// Watches a connection for silence; pure, with the time passed in.
///
/// After `interval` without a byte from the peer it asks for a sign of life, and after `timeout` more without any it
/// calls the connection dead. Any byte counts, in either direction: a peer that takes a large upload, slowly, is alive,
/// although our question waits behind the upload.
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
    private var asked: (at: ContinuousClock.Instant, pending: Int)?

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

    /// - Parameter pending: how many bytes the peer has not taken yet.
    mutating func look(now: ContinuousClock.Instant, pending: Int) -> Action {
        if let asked {
            let limit = asked.at + self.settings.timeout
            if now < limit { return .wait(until: limit) }
            guard pending > 0, pending < asked.pending else { return .dead(silence: now - self.lastReceived) }
            // It has taken some of them since; it is asked anew, as it were.
        } else {
            let limit = self.lastReceived + self.settings.interval
            if now < limit { return .wait(until: limit) }
        }
        // However late we look (the process may have been stopped), the peer has the whole time to answer.
        self.asked = (now, pending)
        return .ask(until: now + self.settings.timeout)
    }
}
