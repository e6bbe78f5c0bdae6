/// Delivers events that a test has made through a ``PersistentSubscription`` like any other, and remembers what is
/// decided about each of them: for unit tests of code that acknowledges and refuses, and of workers.
///
/// ```swift
/// let rehearsal = try await SubscriptionRehearsal([
///     DeliveredEvent(jump), DeliveredEvent(fall, retryCount: 4),
/// ])
/// try await work(through: rehearsal.subscription)
/// #expect(
///     rehearsal.decisions == [
///         .acknowledged, .refused(.park, reason: "lame"),
///     ])
/// ```
///
/// The subscription ends by itself when all events are decided about. Nothing is delivered again: what a server does with
/// an event that was refused is a matter for a test with an embedded server.
public final class SubscriptionRehearsal: Sendable {
    /// What was decided about an event.
    public enum Decision: Sendable, Hashable {
        /// It was acknowledged.
        case acknowledged
        /// It was refused.
        case refused(PersistentSubscription.RefusalAction, reason: String?)
    }

    /// The subscription to hand to the code to be tested.
    public let subscription: PersistentSubscription
    private let server: RehearsedServer

    /// A rehearsal in which these events are delivered.
    ///
    /// - Parameters:
    ///   - events: what to deliver, in order; each must have an id of its own.
    ///   - group: the name of the persistent subscription.
    ///   - stream: the stream whose events it delivers.
    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` for an empty name, and `CancellationError`.
    public init(_ events: [DeliveredEvent], group: String = "test", stream: String = "test") async throws {
        self.server = RehearsedServer(events)
        let request = PersistentFeed.Request(
            group: group, stream: stream, bufferSize: max(events.count, 1), bufferBytes: .max, messageTimeout: nil,
            acknowledgementDelay: .zero, name: nil, options: CallOptions())
        let feed = try PersistentFeed(client: self.server, request)
        try await feed.connect()
        self.subscription = PersistentSubscription(feed: feed)
    }

    /// Runs a worker as if its subscription delivered these events, until all of them are decided about.
    ///
    /// ```swift
    /// try await rehearsal.run(
    ///     client.worker(of: "herd", to: "ponies", handler: record))
    /// ```
    /// Its client connects to nothing. So does that of a worker that follows a stream, or all: to it an event is
    /// acknowledged when its handler returns, and nothing is decided about one whose handler throws. No checkpoint is
    /// loaded or saved.
    ///
    /// - Throws: what ends the worker: an error of a follower's handler, or of `onError`, as a ``HandlerError`` with its
    ///   event; `CancellationError`; or ``PhotonPumpError/Code/invalidArgument``, also if these events have been
    ///   iterated already.
    public func run(_ worker: Worker) async throws { try await worker.rehearse(self.subscription) }

    /// What was decided about each event, in the order in which they were given; nil as long as nothing was.
    public var decisions: [Decision?] { self.server.decisions }
}
