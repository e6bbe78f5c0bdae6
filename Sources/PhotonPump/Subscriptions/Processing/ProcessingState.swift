/// Decides when handlers start, and when events are fetched for them; pure.
///
/// As many handlers run as are allowed, and those of events with the same key one after another. Events are fetched
/// while few wait for their handlers. Once a handler has failed, no other starts; otherwise it is over when all events
/// that came before the end are handled.
struct ProcessingState<Event> {
    enum Action {
        /// Fetch events, and report them with ``received(_:)``, or ``ended()`` if there are none left.
        case fetch
        /// Start a handler, and report with ``finished(lane:hasFailed:)``.
        case handle(Event, lane: Int?)
        /// Let the events end.
        case stop
    }

    private let lookahead: Int
    private let key: ((Event) -> any Hashable)?
    private var lanes: Lanes<Event>
    private var isFetching = false
    private var hasFailed = false
    private var hasEnded = false

    /// - Parameters:
    ///   - maxConcurrent: the number of handlers that may run at once.
    ///   - lookahead: events are fetched while fewer than these wait.
    ///   - key: events with the same key wait for each other; nil if none wait.
    init(maxConcurrent: Int, lookahead: Int, key: ((Event) -> any Hashable)?) {
        self.lookahead = lookahead
        self.key = key
        self.lanes = Lanes(limit: maxConcurrent)
    }

    /// Whether all handlers have finished and none will start.
    var isOver: Bool { self.hasEnded && self.lanes.isEmpty }

    mutating func begin() -> [Action] { self.proceed() }

    mutating func received(_ events: [Event]) -> [Action] {
        self.isFetching = false
        if !self.hasFailed {
            for event in events { self.lanes.add(event, key: self.key.map { AnyHashable($0(event)) }) }
        }
        return self.proceed()
    }

    mutating func ended() -> [Action] {
        self.hasEnded = true
        return self.proceed()
    }

    /// - Parameter hasFailed: whether the handler's failure ends the processing.
    mutating func finished(lane: Int?, hasFailed: Bool) -> [Action] {
        let isFirstFailure = hasFailed && !self.hasFailed
        if isFirstFailure {
            self.hasFailed = true
            self.lanes.removeWaiting()
        }
        self.lanes.finished(lane)
        return (isFirstFailure ? [.stop] : []) + self.proceed()
    }

    private mutating func proceed() -> [Action] {
        var actions: [Action] = []
        while let (event, lane) = self.lanes.start() { actions.append(.handle(event, lane: lane)) }
        if !self.hasEnded, !self.isFetching, self.lanes.waitingCount < self.lookahead {
            self.isFetching = true
            actions.append(.fetch)
        }
        return actions
    }
}

extension ProcessingState.Action: Equatable where Event: Equatable {}
