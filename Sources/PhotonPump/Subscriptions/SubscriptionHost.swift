internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// What reads pages knows of the client.
protocol RequestHost: AnyObject, Sendable {
    var environment: Environment { get }

    /// Whether it is closed, so that nothing more is handed out.
    var isOver: Bool { get }

    /// What ends something because the client is closed.
    func closedError(_ words: String) -> PhotonPumpError

    /// An id for ``begin(_:)`` and ``cancel(_:)``.
    func nextID() -> GUID

    /// The terms of a request that is made now.
    func terms(_ options: CallOptions) throws(PhotonPumpError) -> CallTerms

    /// Starts a conversation as soon as it is its turn.
    func begin(_ exchange: Exchange)

    /// Ends a conversation that was started, unless it has ended already.
    func cancel(_ id: GUID)

    /// An iteration is advanced. New ones are refused while the client is being closed.
    func advance(_ iteration: GUID) throws(PhotonPumpError)

    /// An iteration has ended, or is given up.
    func end(_ iteration: GUID)
}

extension RequestHost {
    func closedError() -> PhotonPumpError { self.closedError("the client was closed") }
}

/// What subscriptions know of the client, and those who process their events.
protocol SubscriptionHost: RequestHost {
    var logger: Logger { get }

    /// nil if nobody collects them.
    var metrics: ClientMetrics? { get }

    /// nil if nobody collects spans.
    var tracing: ClientTracing? { get }

    /// Whether it is closed or about to be.
    var isClosing: Bool { get }

    /// How many connections it has had: an answer on another than the last one may come from another server.
    var connectionNumber: Int { get }

    /// The server has confirmed a subscription: from now on this subscriber receives what comes under its id, for as long
    /// as the connection lasts; with nil the server is told to end it again. On the client's queue only.
    func confirmed(_ id: GUID, for subscriber: (any Subscriber)?)

    /// Ends a subscription here and on the server.
    func endSubscription(_ id: GUID)

    /// Sends a message that has no answer, if there still is a subscriber with this id.
    func post(_ message: any WireMessage, _ command: Command, _ id: GUID, login: Login?)

    /// Calls `report` on the client's queue when the time is up, or as soon as the client is being closed.
    ///
    /// - Parameter id: for ``cancelPause(_:)``; one pause at a time has it.
    func pause(_ id: GUID, for duration: Duration, _ report: @escaping @Sendable () -> Void)

    /// Ends a pause without a report, if there is one.
    func cancelPause(_ id: GUID)

    /// Runs `body` on the client's queue after this time, whatever has become of the client.
    func run(after delay: Duration, _ body: @escaping @Sendable () -> Void)

    /// Runs `body`. While the client drains, it calls `stop` and waits for `body` to return.
    ///
    /// - Parameter stop: receives the error with which the work should end, if it should.
    func work<Output: Sendable>(
        _ body: () async -> Output, stop: @escaping @Sendable (PhotonPumpError?) -> Void
    ) async -> Output
}
