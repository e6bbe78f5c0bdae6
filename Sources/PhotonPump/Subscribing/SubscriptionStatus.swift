/// What has happened to a subscription.
public enum SubscriptionChange<Place: Hashable & Sendable>: Sendable {
    /// It reads what is there, from this place on.
    case readingHistory(from: SubscriptionStart<Place>)
    /// It has caught up, and events come as they are written.
    case live
    /// It is live, and nothing has come for ``SubscriptionOptions/livenessInterval``.
    case stillLive
    /// The consumer was too slow for what came; the subscription reads back what does not fit the buffer.
    case fellBehind
    /// The connection is lost, or a request has failed. It tries again by itself; the number is that of the attempt.
    case interrupted(attempt: Int, cause: PhotonPumpError)
    /// It goes on after an interruption, at this place.
    case resumed(SubscriptionStart<Place>)
    /// It is over: because it was stopped (nil), or because of the error. Nothing follows.
    case ended(PhotonPumpError?)
}

/// What a subscription is at.
public enum SubscriptionPhase: Sendable, Hashable {
    /// Reading what is there.
    case readingHistory
    /// Asking the server to push what is written from now on, or reading what was written meanwhile.
    case goingLive
    /// Given events as they are written.
    case live
    /// Over.
    case ended
}

/// Where a subscription stands.
public struct SubscriptionStatus<Place: Hashable & Sendable>: Sendable {
    /// What it is at.
    public let phase: SubscriptionPhase
    /// The place of the last event that has come, whether or not the consumer has taken it yet, or that it began behind;
    /// nil before the first.
    public let lastPlace: Place?
    /// The last place the server has told of; nil as long as it has not. What lies between this and ``lastPlace`` is how
    /// far the subscription is behind.
    public let knownEnd: Place?
    /// How many events wait for the consumer.
    public let bufferedEvents: Int
    /// How many bytes those weigh.
    public let bufferedBytes: Int
    /// The most events that have waited at any moment since the subscription began.
    public let peakBufferedEvents: Int
    /// How many attempts have failed since the last success.
    public let failedAttempts: Int
}

extension SubscriptionStatus<Int64> {
    /// How many events the subscription is behind the last one it knows of; nil while it knows none.
    public var lag: Int64? { self.knownEnd.map { max(0, $0 - (self.lastPlace ?? -1)) } }
}
