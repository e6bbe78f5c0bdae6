/// A change of a subscription.
public enum SubscriptionChange<Place: Hashable & Sendable>: Sendable {
    /// It is reading past events, from this place on.
    case readingHistory(from: SubscriptionStart<Place>)
    /// It has caught up, and delivers events as they are written.
    case live
    /// It is live, and nothing has arrived for ``SubscriptionOptions/livenessInterval``.
    case stillLive
    /// The consumer was too slow; the subscription reads the events that did not fit the buffer again.
    case fellBehind
    /// The connection was lost, or a request failed. It tries again automatically; this is the number of the attempt.
    case interrupted(attempt: Int, cause: PhotonPumpError)
    /// It continues after an interruption, at this place.
    case resumed(SubscriptionStart<Place>)
    /// It has ended: because it was stopped (nil), or because of the error. This is the last change.
    case ended(PhotonPumpError?)
}

/// The phases of a subscription.
public enum SubscriptionPhase: Sendable, Hashable {
    /// Reading past events.
    case readingHistory
    /// Subscribing to new events, or reading those written in the meantime.
    case goingLive
    /// Receiving events as they are written.
    case live
    /// Ended.
    case ended
}

/// The state of a subscription.
public struct SubscriptionStatus<Place: Hashable & Sendable>: Sendable {
    /// The current phase.
    public let phase: SubscriptionPhase
    /// The place of the last event of the batch that the consumer received last, or of a later one that was looked at and
    /// does not match the filter. Before the first batch, the place that the subscription started after, or nil if there
    /// is none.
    public let lastPlace: Place?
    /// The last place known to exist; nil if the server has not reported one yet. The distance from ``lastPlace`` to
    /// this is how far the subscription lags behind.
    public let knownEnd: Place?
    /// The number of events waiting for the consumer.
    public let bufferedEvents: Int
    /// The size of those events in bytes.
    public let bufferedBytes: Int
    /// The most events that were held at any moment: those that were waiting, and the batch that the consumer had
    /// received and may not have finished with.
    public let peakBufferedEvents: Int
    /// The largest size of such events at any moment, in bytes.
    public let peakBufferedBytes: Int
    /// The number of failed attempts since the last success.
    public let failedAttempts: Int
}

extension SubscriptionStatus<Position> {
    /// How many bytes of the log the subscription lags behind the last event it knows of; nil while it knows of none,
    /// which is until it goes live for the first time.
    public var lagInBytes: Int64? {
        self.knownEnd.map { end in
            let (lag, isBeyond) = end.commit.subtractingReportingOverflow(self.lastPlace?.commit ?? 0)
            return isBeyond ? .max : max(0, lag)
        }
    }
}

extension SubscriptionStatus<Int64> {
    /// How many events the subscription lags behind the last one it knows of; nil while it knows of none.
    public var lag: Int64? {
        self.knownEnd.map { end in
            // A misbehaving server may report any number.
            let (lag, isBeyond) = end.subtractingReportingOverflow(self.lastPlace ?? -1)
            return isBeyond ? .max : max(0, lag)
        }
    }
}
