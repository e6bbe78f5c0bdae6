internal import PhotonPumpTransport

/// Watches for a client's silence. Time is passed in.
struct Heartbeat {
    typealias Instant = Environment.Instant

    enum Action: Hashable {
        /// Nothing to do before this moment.
        case wait(until: Instant)
        /// Ask for a heartbeat, and check again at this moment.
        case ask(until: Instant)
        case giveUp
    }

    private let interval: Duration
    private let timeout: Duration
    private var lastSign: Instant
    /// When the client was asked; nil if it has answered since.
    private var asked: Instant?

    init(interval: Duration, timeout: Duration, now: Instant) {
        self.interval = interval
        self.timeout = timeout
        self.lastSign = now
    }

    /// Anything that arrives counts as an answer. If the client had been asked, the timer is reset; otherwise it stays
    /// as it is.
    mutating func signReceived(now: Instant) -> Action? {
        defer { self.asked = nil }
        self.lastSign = now
        return self.asked == nil ? nil : .wait(until: now + self.interval)
    }

    mutating func timerFired(now: Instant) -> Action {
        if let asked = self.asked {
            return now < asked + self.timeout ? .wait(until: asked + self.timeout) : .giveUp
        }
        guard now >= self.lastSign + self.interval else { return .wait(until: self.lastSign + self.interval) }
        self.asked = now
        return .ask(until: now + self.timeout)
    }
}
