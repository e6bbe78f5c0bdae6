extension SubscriptionStart {
    func map<Other>(_ transform: (Place) -> Other) -> SubscriptionStart<Other> {
        switch self {
        case .start: .start
        case .end: .end
        case .after(let place): .after(transform(place))
        case .from(let place): .from(transform(place))
        }
    }
}

extension SubscriptionStart {
    /// For messages, such as "after 5".
    func words(_ text: (Place) -> String) -> String {
        switch self {
        case .start: "at the start"
        case .end: "at the end"
        case .after(let place): "after \(text(place))"
        case .from(let place): "from \(text(place))"
        }
    }
}

extension SubscriptionChange {
    func map<Other>(_ transform: (Place) -> Other) -> SubscriptionChange<Other> {
        switch self {
        case .readingHistory(let start): .readingHistory(from: start.map(transform))
        case .live: .live
        case .stillLive: .stillLive
        case .fellBehind: .fellBehind
        case .beyondEnd(let start, let end): .beyondEnd(start.map(transform), end: end.map(transform))
        case .readsLag(let place): .readsLag(upTo: transform(place))
        case .interrupted(let attempt, let cause): .interrupted(attempt: attempt, cause: cause)
        case .resumed(let start): .resumed(start.map(transform))
        case .ended(let error): .ended(error)
        }
    }
}

extension SubscriptionStatus {
    func map<Other>(_ transform: (Place) -> Other) -> SubscriptionStatus<Other> {
        SubscriptionStatus<Other>(
            phase: self.phase,
            lastPlace: self.lastPlace.map(transform),
            lastProcessedPlace: self.lastProcessedPlace.map(transform),
            knownEnd: self.knownEnd.map(transform),
            bufferedEvents: self.bufferedEvents,
            bufferedBytes: self.bufferedBytes,
            peakBufferedEvents: self.peakBufferedEvents,
            peakBufferedBytes: self.peakBufferedBytes,
            failedAttempts: self.failedAttempts,
            isBeyondEnd: self.isBeyondEnd
        )
    }
}
