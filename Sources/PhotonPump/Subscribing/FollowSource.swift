internal import PhotonPumpWire

/// What a subscription follows: knows how to read it, how to listen to it, and where each event is in it.
protocol FollowSource: Sendable {
    /// How each request is made.
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

    /// The conversation that asks for what is written from now on.
    func subscribe(
        id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<FollowConfirmation, any Error>) -> Void
    ) -> any OpenExchange

    /// What an event that was pushed means; nil for one that says nothing.
    func pushed(_ record: PositionedRecord) throws(PhotonPumpError) -> (event: FollowEvent, fits: Bool)?

    /// The place that a filtering server has come to.
    func place(_ checkpoint: CheckpointReached) -> Position?

    /// A page weighed more than is to be held.
    func pageWasTooLarge()
}

/// What was read together.
struct FollowPage: Sendable {
    var events: [FollowEvent] = []
    /// Where to read on.
    var next: SubscriptionStart<Position>
    /// Whether there was nothing more.
    var isEnd = false
    /// The last place there is, as far as is known.
    var end: Position?
}

enum FollowConfirmation: Sendable {
    /// The server pushes what is written behind this place; nil when nothing is.
    case confirmed(Position?)
    /// The server does not know how to filter; it is to be asked for everything.
    case beyondServer
}
