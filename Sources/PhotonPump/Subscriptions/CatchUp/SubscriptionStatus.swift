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
    /// The place to go on at lies beyond the end, which is there (nil: there are no events).
    /// ``SubscriptionOptions/beyondEnd`` says what follows. Of `$all`, the end is the position that the next event will
    /// get.
    case beyondEnd(SubscriptionStart<Place>, end: Place?)
    /// The server has announced events up to this place, but for some seconds its reads have not returned them. The
    /// subscription keeps reading until they do, and then reports ``resumed(_:)``.
    case readsLag(upTo: Place)
    /// The connection was lost, a request failed, or the server left out events when it pushed others. It tries again
    /// automatically, and reads what is missing; this is the number of the attempt.
    case interrupted(attempt: Int, cause: PhotonPumpError)
    /// It continues after an interruption, a lag or a wait beyond the end, at this place.
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
    /// Its place lies beyond the end: see ``SubscriptionOptions/beyondEnd``.
    case beyondEnd
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
    /// The place of the last event that the consumer is done with, or of a later one that does not match the filter: of a
    /// loop, what came before the event that it has in hand; of `process`, up to where all events are handled. nil before
    /// that.
    public internal(set) var lastProcessedPlace: Place?
    /// The last place known to exist; nil if the server has not reported one yet. The distance from ``lastPlace`` to
    /// this is how far the subscription lags behind.
    public internal(set) var knownEnd: Place?
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
    /// Whether the place to go on at lies beyond the end, so that there is no distance to it.
    let isBeyondEnd: Bool
}

extension SubscriptionStatus<Position> {
    /// How many bytes of the log the subscription lags behind the last event it knows of; nil while it knows of none, or
    /// if that lies before ``lastPlace``. While it reads past events it asks for the end of the log after two pages, and again
    /// when it has come there.
    public var lagInBytes: Int64? {
        self.knownEnd.flatMap { self.distance(from: self.lastPlace?.commit ?? 0, to: $0.commit) }
    }
}

extension SubscriptionStatus<Int64> {
    /// How many events the subscription lags behind the last one it knows of; nil while it knows of none, or if that
    /// lies before ``lastPlace``.
    public var lag: Int64? {
        self.knownEnd.flatMap { self.distance(from: self.lastPlace ?? -1, to: $0) }
    }
}

extension SubscriptionStatus<CatchUpPlace> {
    /// How many events of a stream, or bytes of the log, a place lags behind the last one that is known.
    func lag(of place: CatchUpPlace?, inAll: Bool) -> Int64? {
        self.knownEnd.flatMap { self.distance(from: place?.main ?? (inAll ? 0 : -1), to: $0.main) }
    }
}

extension SubscriptionStatus {
    /// nil if the end lies before the place.
    fileprivate func distance(from place: Int64, to end: Int64) -> Int64? {
        if self.isBeyondEnd { return nil }
        // A misbehaving server may report any number.
        let (distance, isTooFar) = end.subtractingReportingOverflow(place)
        return isTooFar ? .max : distance < 0 ? nil : distance
    }
}
