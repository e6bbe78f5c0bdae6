public import PhotonPumpSystem
internal import PhotonPumpWire

// Events that no server has sent, for unit tests of code that handles them. They are made from new events, so that a test
// writes down what its program would write; everything else has a default.

extension RecordedEvent {
    /// An event as a server would have recorded it, for tests.
    ///
    /// ```swift
    /// let event = RecordedEvent(try NewEvent(type: "PonyJumped", body: jump))
    /// ```
    ///
    /// - Parameters:
    ///   - event: what was written.
    ///   - stream: the stream that it was written to.
    ///   - number: its number there.
    ///   - created: when the server wrote it, to the millisecond; the beginning of 1970 by default.
    public init(
        _ event: NewEvent, stream: String = "test", number: Int64 = 0,
        created: Date = Date(timeIntervalSince1970: 0)
    ) {
        self.init(
            record: EventRecord(
                stream: Bytes(utf8: stream),
                number: number,
                id: GUID(textOrder: event.id.uuid),
                type: Bytes(utf8: event.type),
                isJSON: event.isJSON,
                data: event.data.bytes,
                metadata: event.metadata.bytes,
                created: Int64(exactly: (created.timeIntervalSince1970 * 1000).rounded()) ?? 0
            )
        )
    }
}

extension ResolvedEvent {
    /// An event as it would have been found in a stream, for tests.
    ///
    /// - Parameters:
    ///   - event: what was written.
    ///   - stream: the stream that it was written to.
    ///   - number: its number there.
    ///   - position: its position in the log, which `$all` and live subscriptions report.
    public init(_ event: NewEvent, stream: String = "test", number: Int64 = 0, position: Position? = nil) {
        self.init(RecordedEvent(event, stream: stream, number: number), position: position)
    }

    /// An event as it would have been found in a stream, perhaps through a link, for tests.
    ///
    /// - Parameters:
    ///   - event: the event.
    ///   - link: the link that led to it; see ``NewEvent/link(to:in:metadata:id:)``.
    ///   - position: the position of what was received in the log.
    public init(_ event: RecordedEvent, through link: RecordedEvent? = nil, position: Position? = nil) {
        self.found = if let link { .link(link, to: event) } else { .event(event) }
        self.position = position
    }

    /// A link whose target is gone, for tests.
    ///
    /// - Parameters:
    ///   - link: the link.
    ///   - position: the position of the link in the log.
    public init(danglingLink link: RecordedEvent, position: Position? = nil) {
        self.found = .link(link, to: nil)
        self.position = position
    }

    /// The events of a stream as they would be read, for tests.
    ///
    /// ```swift
    /// var stable = Stable()
    /// for event in ResolvedEvent.events([joined, jumped], of: "ponies") {
    ///     try stable.apply(event)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - events: what was written, in order.
    ///   - stream: the stream that it was written to.
    ///   - number: the number of the first event.
    public static func events(
        _ events: [NewEvent], of stream: String = "test", from number: Int64 = 0
    ) -> [ResolvedEvent] {
        zip(number..., events).map { number, event in ResolvedEvent(event, stream: stream, number: number) }
    }
}

extension DeliveredEvent {
    /// An event as a persistent subscription would deliver it, for tests of handlers.
    ///
    /// No subscription has delivered it, so acknowledging or refusing it has no effect, and the answer to that is
    /// ``PersistentSubscription/Acknowledgement/expired``. To see what is decided about events, let a
    /// ``SubscriptionRehearsal`` deliver them.
    ///
    /// - Parameters:
    ///   - resolved: the event.
    ///   - retryCount: how often it was delivered before.
    public init(_ resolved: ResolvedEvent, retryCount: Int = 0) {
        self.init(resolved: resolved, retryCount: retryCount, connection: .zero, slot: -1, pushCount: 0)
    }

    /// An event as a persistent subscription would deliver it, for tests of handlers; see ``init(_:retryCount:)``.
    public init(_ event: NewEvent, stream: String = "test", number: Int64 = 0, retryCount: Int = 0) {
        self.init(ResolvedEvent(event, stream: stream, number: number), retryCount: retryCount)
    }
}
