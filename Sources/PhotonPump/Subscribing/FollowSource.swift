internal import PhotonPumpWire

/// What a subscription follows: how to read it, how to subscribe to it, and the place of each event in it.
protocol FollowSource: Sendable {
    /// The options of each request.
    var call: CallOptions { get }
    /// The stream's name, for error messages.
    var name: String { get }
    /// Whether there is a filter.
    var isFiltered: Bool { get }

    /// The conversation that reads the page at `start`.
    func read(
        from start: SubscriptionStart<Position>, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<FollowPage, any Error>) -> Void
    ) -> any OpenExchange

    /// The conversation that subscribes to what is written from now on.
    func subscribe(
        id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<FollowConfirmation, any Error>) -> Void
    ) -> any OpenExchange

    /// The meaning of a pushed event; nil if it has none.
    func pushed(_ record: PositionedRecord) throws(PhotonPumpError) -> (event: FollowEvent, fits: Bool)?

    /// The place that a filtering server has reached.
    func place(_ checkpoint: CheckpointReached) -> Position?

    /// A page was larger than should be held.
    func pageWasTooLarge()
}

/// Events that were read together.
struct FollowPage: Sendable {
    var events: [FollowEvent] = []
    /// Where to continue reading.
    var next: SubscriptionStart<Position>
    /// Whether there was nothing more.
    var isEnd = false
    /// The last place, as far as is known.
    var end: Position?
}

enum FollowConfirmation: Sendable {
    /// The server pushes what is written after this place; nil if nothing has been written.
    case confirmed(Position?)
    /// The server does not support filters, and must be asked for everything.
    case beyondServer
}
