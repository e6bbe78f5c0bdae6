internal import PhotonPumpWire

/// What a subscription follows: how to read it, how to subscribe to it, and the place of each event in it.
protocol CatchUpSource: Sendable {
    /// The options of each request.
    var call: CallOptions { get }
    /// The stream's name, for error messages.
    var name: String { get }
    /// Whether there is a filter.
    var isFiltered: Bool { get }
    /// Whether each place is one more than that of the event before it, so that an event that is left out shows.
    var isGapless: Bool { get }
    /// Whether places are those of the log, where an event stays unless it is scavenged.
    var isOfLog: Bool { get }
    /// Whether each page says where it ends.
    var pagesTellEnd: Bool { get }

    /// The conversation that reads the page at `start`.
    ///
    /// - Parameter seesLast: whether the event before it is to be on the page, too.
    func read(
        from start: SubscriptionStart<CatchUpPlace>, seesLast: Bool, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<CatchUpPage, any Error>) -> Void
    ) -> Exchange

    /// The conversation that subscribes to what is written from now on.
    func subscribe(
        id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<CatchUpConfirmation, any Error>) -> Void
    ) -> Exchange

    /// The conversation that asks where it ends, without leaving the node for another one.
    ///
    /// - Parameters:
    ///   - start: a place that may lie beyond the end.
    ///   - asMaster: whether only the master may answer.
    func end(
        seenFrom start: SubscriptionStart<CatchUpPlace>, asMaster: Bool, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<CatchUpEnd, any Error>) -> Void
    ) -> Exchange

    /// The meaning of a pushed event; nil if it has none.
    func pushed(_ record: PushedRecord) throws(PhotonPumpError) -> (event: CatchUpEvent, fits: Bool)?

    /// The place that a filtering server has reached.
    func place(_ checkpoint: CheckpointReached) -> CatchUpPlace?

    /// The error for a place that lies beyond the end.
    func beyondEnd(_ start: SubscriptionStart<CatchUpPlace>, _ end: CatchUpPlace?) -> PhotonPumpError

    /// The words for a place.
    func words(_ place: CatchUpPlace) -> String
}

/// Events that were read together.
struct CatchUpPage: Sendable {
    var events: [CatchUpEvent] = []
    /// Where to continue reading.
    var next: SubscriptionStart<CatchUpPlace>
    /// Whether there was nothing more.
    var isEnd = false
    /// Where the server says that it ends; nil if pages do not tell.
    var end: CatchUpEnd?
}

/// Where a stream or the log ends, as far as a node knows.
struct CatchUpEnd: Sendable, Equatable {
    /// The last place that exists; nil if there is none. Of the log, the place where the next event will be.
    let last: CatchUpPlace?
    /// The place of the next event.
    let next: CatchUpPlace

    /// Of a stream, by the number of its last event; -1 if there is none.
    init(lastNumber: Int64) {
        self.last = lastNumber < 0 ? nil : CatchUpPlace(number: lastNumber)
        self.next = CatchUpPlace(number: max(-1, min(lastNumber, .max - 1)) + 1)
    }

    /// Of the log.
    init(log: CatchUpPlace) {
        (self.last, self.next) = (log, log)
    }
}

enum CatchUpConfirmation: Sendable {
    /// The server pushes what is written after this place; nil if nothing has been written.
    ///
    /// The end is nil if the place does not tell.
    case confirmed(CatchUpPlace?, CatchUpEnd?)
    /// The server does not support filters, and must be asked for everything.
    case beyondServer
}

/// How a subscription fails on what a server has.
struct CatchUpErrors: Sendable {
    /// For a place to go on at, the first one, that lies beyond the end, the second.
    let beyondEnd: @Sendable (SubscriptionStart<CatchUpPlace>, CatchUpPlace?) -> PhotonPumpError
    /// For an event that is another one than was delivered.
    let replaced: @Sendable (Replacement) -> PhotonPumpError
    /// For an event that is not where it was delivered, and was not removed.
    let vanished: @Sendable (VanishedEvent) -> PhotonPumpError
}

extension CatchUpErrors {
    init(_ source: some CatchUpSource) {
        self.init(
            beyondEnd: source.beyondEnd,
            replaced: { .replaced($0, source.words($0.place), stream: source.name) },
            vanished: { .vanished($0, source.words($0.place), stream: source.name) })
    }
}

extension PhotonPumpError {
    /// The server has pushed an event, and not the one before it.
    static func missing(before number: Int64) -> Self {
        Self(
            .unexpectedReply,
            "the server pushed event \(number) and left out what comes before it, which is read instead")
    }

    /// An event that was delivered is another one now.
    static func replaced(_ event: Replacement, _ place: String, stream: String) -> PhotonPumpError {
        self.dropped("the event \(place) is \(event.is) now, and was \(event.was) when it was delivered", stream)
    }

    /// An event that was delivered is not there any more.
    static func vanished(_ event: VanishedEvent, _ place: String, stream: String) -> PhotonPumpError {
        self.dropped("event \(event.number) of '\(event.stream)' was delivered \(place), and is not there now", stream)
    }

    private static func dropped(_ what: String, _ stream: String) -> PhotonPumpError {
        PhotonPumpError(
            .eventReplaced,
            """
            \(what): the server has dropped events, as one does that was the master while another was elected, or a backup \
            was restored; find out which of the last events are gone, and subscribe again from before them
            """,
            during: "follow \(stream == "$all" ? stream : "'\(stream)'")", stream: stream)
    }

    /// A subscription is to go on at a place that lies beyond the end.
    static func beyondEnd<Place>(
        _ what: String, stream: String, _ start: SubscriptionStart<Place>, _ end: String
    ) -> PhotonPumpError {
        PhotonPumpError(
            .placeBeyondEnd,
            """
            cannot continue \(start.words { "\($0)" }), because \(end); the server was set up anew \
            or restored from a backup, or the place comes from another server or stream (see SubscriptionOptions.beyondEnd)
            """,
            during: "subscribe to \(what)", stream: stream)
    }
}
