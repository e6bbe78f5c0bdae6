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
    /// The place of the last event of those that the consumer was given together, or of what was looked at since and did
    /// not fit the filter; nil before the first. At first, the place that the subscription started after, if there is one.
    public let lastPlace: Place?
    /// The last place the server has told of; nil as long as it has not. What lies between this and ``lastPlace`` is how
    /// far the subscription is behind.
    public let knownEnd: Place?
    /// How many events wait for the consumer.
    public let bufferedEvents: Int
    /// How many bytes those weigh.
    public let bufferedBytes: Int
    /// The most events that were held at any moment: those waiting, and those that the consumer was given together and may
    /// not have looked at yet.
    public let peakBufferedEvents: Int
    /// The most bytes that those weighed at any moment.
    public let peakBufferedBytes: Int
    /// How many attempts have failed since the last success.
    public let failedAttempts: Int
}

extension SubscriptionStatus<Position> {
    /// How many bytes of the log the subscription is behind the last event it knows of; nil while it knows none, which is
    /// until it is live for the first time.
    public var lagInBytes: Int64? {
        self.knownEnd.map { end in
            let (lag, isBeyond) = end.commit.subtractingReportingOverflow(self.lastPlace?.commit ?? 0)
            return isBeyond ? .max : max(0, lag)
        }
    }
}

extension SubscriptionStatus<Int64> {
    /// How many events the subscription is behind the last one it knows of; nil while it knows none.
    public var lag: Int64? {
        self.knownEnd.map { end in
            // Servers that lie may give any number.
            let (lag, isBeyond) = end.subtractingReportingOverflow(self.lastPlace ?? -1)
            return isBeyond ? .max : max(0, lag)
        }
    }
}
