internal import PhotonPumpTransport

/// Watches a connection for silence; pure, with the time passed in.
///
/// After `interval` without a sign of life from the peer it asks for a heartbeat, and after a further `timeout` without any
/// it declares the connection dead. A whole package is a sign of life, and so is a part of one, unless it is as small as
/// only those send who want to keep us waiting. What the peer takes counts, too: one that is slowly taking a large upload
/// is alive, although our question is queued after the upload.
struct Heartbeat {
    enum Action: Equatable {
        /// Check again at this time.
        case wait(until: Environment.Instant)
        /// Send a HeartbeatRequest and check again at this time.
        case ask(until: Environment.Instant)
        /// Nothing has arrived for this long, but for these bytes.
        case dead(silence: Duration, bytes: Int)
    }

    /// The bytes that are a sign of life although no package is complete.
    static let leastBytes = 1 << 10

    private let settings: HeartbeatSettings
    private var lastReceived: Environment.Instant
    private var asked: (at: Environment.Instant, pending: Int)?
    /// What has arrived since the last sign of life.
    private var bytes = 0

    init(_ settings: HeartbeatSettings, now: Environment.Instant) {
        self.settings = settings
        self.lastReceived = now
    }

    /// Something has arrived.
    ///
    /// - Parameter isComplete: whether that completes a package.
    /// - Returns: whether it was awaited, so that the next check is due before the time last named.
    mutating func received(_ bytes: Int, isComplete: Bool, now: Environment.Instant) -> Bool {
        self.bytes += bytes
        guard isComplete || self.bytes >= Self.leastBytes else { return false }
        defer { self.asked = nil }
        self.bytes = 0
        self.lastReceived = now
        return self.asked != nil
    }

    /// - Parameter pending: the number of bytes the peer has not taken yet.
    mutating func look(now: Environment.Instant, pending: Int) -> Action {
        if let asked {
            let limit = asked.at + self.settings.timeout
            if now < limit { return .wait(until: limit) }
            guard pending > 0, pending < asked.pending else {
                return .dead(silence: now - self.lastReceived, bytes: self.bytes)
            }
            // The peer has taken some of them since, which counts as an answer.
        } else {
            let limit = self.lastReceived + self.settings.interval
            if now < limit { return .wait(until: limit) }
        }
        // However late this check is (the process may have been suspended), the peer has the full time to answer.
        self.asked = (now, pending)
        return .ask(until: now + self.settings.timeout)
    }
}
