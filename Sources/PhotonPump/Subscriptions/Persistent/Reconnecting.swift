internal import PhotonPumpTransport

/// Decides whether a persistent subscription that was refused or lost is connected again, and when; pure, with time and
/// chance passed in.
struct Reconnecting {
    typealias Instant = Environment.Instant

    /// A connection that lasts this long counts as a success; a shorter one as a failed attempt.
    private static let steady: Duration = .seconds(1)
    /// For this long after a loss, a refusal that may result from it is not final: the server may still count the
    /// consumer, because it does not know yet that its connection is lost, or may just be starting and not have loaded
    /// its users yet.
    private static let patience: Duration = .seconds(30)

    private let backoff: Backoff
    /// Failed attempts since the last connection that lasted.
    private(set) var failures = 0
    private(set) var lastError: PhotonPumpError?
    private(set) var hasBeenConnected = false
    private var connectedAt: Instant?
    /// Since when, after a loss, the server has refused what it had granted before.
    private var refusedSince: Instant?

    init(_ backoff: Backoff) {
        self.backoff = backoff
    }

    /// - Returns: whether it is the first time.
    mutating func connected(now: Instant) -> Bool {
        defer { self.hasBeenConnected = true }
        self.connectedAt = now
        self.refusedSince = nil
        return !self.hasBeenConnected
    }

    /// An attempt to connect has failed.
    ///
    /// - Parameter chance: from 0 to 1, the part of the longest pause to wait.
    /// - Returns: the pause before the next attempt, and its number; nil if there is none.
    mutating func refused(
        _ error: PhotonPumpError, now: Instant, chance: Double
    ) -> (pause: Duration, attempt: Int)? {
        guard self.hasBeenConnected else { return nil }
        if error.code.mayComeOfLoss {
            let since = self.refusedSince ?? now
            self.refusedSince = since
            guard now - since < Self.patience else { return nil }
        } else if error.code.endsPersistentSubscription {
            return nil
        }
        return self.next(failures: self.failures + 1, error, chance)
    }

    /// A connection has ended.
    ///
    /// - Returns: as ``refused(_:now:chance:)``.
    mutating func lost(_ error: PhotonPumpError, now: Instant, chance: Double) -> (pause: Duration, attempt: Int)? {
        if error.code.endsPersistentSubscription { return nil }
        let age = self.connectedAt.map { now - $0 } ?? .zero
        return self.next(failures: age >= Self.steady ? 0 : self.failures + 1, error, chance)
    }

    /// There will be no other attempt.
    mutating func ended(_ error: PhotonPumpError?) {
        self.lastError = error ?? self.lastError
    }

    private mutating func next(
        failures: Int, _ error: PhotonPumpError, _ chance: Double
    ) -> (pause: Duration, attempt: Int) {
        self.failures = failures
        self.lastError = error
        return (failures == 0 ? .zero : self.backoff.delay(attempts: failures, chance: chance), failures + 1)
    }
}

extension PhotonPumpError.Code {
    /// Whether connecting again would be pointless.
    fileprivate var endsPersistentSubscription: Bool {
        [
            .subscriptionNotFound, .subscriptionDeleted, .tooManySubscribers, .accessDenied, .notAuthenticated,
            .badRequest, .invalidArgument, .clientClosed,
        ].contains(self)
    }

    /// Whether it may pass once the server has recovered from the loss.
    fileprivate var mayComeOfLoss: Bool { [.tooManySubscribers, .notAuthenticated].contains(self) }
}
