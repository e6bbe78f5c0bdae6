/// A consumer of a persistent subscription. The server distributes a stream's events among the group's consumers,
/// remembers which have been handled, and delivers the others again.
///
/// ```swift
/// let herd = try await client.connectSubscription("herd", to: "ponies")
/// for try await event in herd.events {
///     print(event.type)
///     herd.ack(event)
/// }
/// ```
///
/// It reconnects automatically. When the connection is lost, or the server ends the subscription (because its settings
/// were changed, for example), it keeps trying for as long as it takes; ``changes`` reports that. Events that are
/// unacknowledged at that moment are delivered again, perhaps to another consumer: each event is delivered at least
/// once.
///
/// It ends when ``stop()`` is called, when the loop over its ``events`` is left or the looping task is cancelled or shut
/// down by its service group, and when the server no longer permits it (because the group was deleted, for example).
public struct PersistentSubscription: Sendable {
    let feed: PersistentFeed

    /// The name of the persistent subscription.
    public var group: String { self.feed.request.group }
    /// The stream whose events are delivered.
    public var stream: String { self.feed.request.stream }
    /// The number of events that may be in flight: delivered to this consumer, and neither acknowledged nor refused.
    public var bufferSize: Int { self.feed.request.bufferSize }
    /// The size of those events, in bytes. A larger event is in flight alone.
    ///
    /// The server counts events only, and pushes ``bufferSize`` of them whatever their size. Those beyond this size are not
    /// held but left to the server: no further event is taken until the ones in flight are acknowledged or refused, and
    /// then the subscription connects anew with as many as have fit for its limit
    /// (``Change/limited(to:)``, ``Status/inFlightLimit``), so that the server delivers the others again, to any of the
    /// consumers. As after a lost connection, their ``DeliveredEvent/retryCount`` is 1 then, whatever it was. When
    /// ``bufferSize`` events have been handled that would have fit together, and into 8 MiB, the limit is lifted in the
    /// same way. It is also halved when a connection is lost within a second: servers close one on which 10 MiB wait to be
    /// sent, and would do so again. A consumer that collects events before it acknowledges them needs room for what it
    /// collects, in both.
    public var bufferBytes: Int { self.feed.request.bufferBytes }

    /// The current state of this subscription.
    public var status: Status { self.feed.status }

    /// Changes of this subscription from now on.
    ///
    /// Each sequence has its own buffer of 100 changes; a slow reader misses the oldest. It ends with the subscription,
    /// or when the reading task is cancelled.
    public var changes: AsyncStream<Change> { self.feed.changes }

    /// The events, which can be iterated once.
    public var events: PersistentEvents { PersistentEvents(feed: self.feed) }

    /// Acknowledges that an event was handled.
    ///
    /// Acknowledgements are collected. They are sent when there are as many as a quarter of ``bufferSize`` (or 2,000),
    /// when the consumer asks for an event and none is there, and otherwise after the delay given to
    /// ``Client/connectSubscription(_:to:bufferSize:bufferBytes:messageTimeout:acknowledgementDelay:name:options:)``.
    ///
    /// - Returns: whether the event was still in flight.
    @discardableResult
    public func ack(_ event: DeliveredEvent) -> Acknowledgement {
        self.feed.acknowledge(event)
    }

    /// Acknowledges that events were handled, any number of them.
    ///
    /// - Returns: for each event, in order, whether it was still in flight.
    @discardableResult
    public func ack(_ events: some Sequence<DeliveredEvent>) -> [Acknowledgement] {
        self.feed.acknowledge(events)
    }

    /// Refuses an event because it could not be handled. This is sent at once, after earlier acknowledgements.
    ///
    /// - Parameters:
    ///   - event: the event that could not be handled.
    ///   - action: what the server should do with it.
    ///   - reason: an explanation, for people who look at parked events. It is cut off after 8 KiB.
    /// - Returns: whether the event was still in flight.
    @discardableResult
    public func nack(_ event: DeliveredEvent, action: RefusalAction = .retry, reason: String? = nil) -> Acknowledgement
    {
        self.nack(CollectionOfOne(event), action: action, reason: reason)[0]
    }

    /// Refuses events because they could not be handled, any number of them.
    ///
    /// - Parameters:
    ///   - events: the events that could not be handled.
    ///   - action: what the server should do with them.
    ///   - reason: an explanation, for people who look at parked events. It is cut off after 8 KiB.
    /// - Returns: for each event, in order, whether it was still in flight.
    @discardableResult
    public func nack(
        _ events: some Sequence<DeliveredEvent>, action: RefusalAction = .retry, reason: String? = nil
    ) -> [Acknowledgement] {
        let reason = reason.map { String(decoding: $0.utf8.prefix(8192), as: UTF8.self) }
        return self.feed.refuse(events, action, reason: reason)
    }

    /// Ends the subscription: no further event is delivered, and the loop over ``events`` ends when it asks for the
    /// next one. Events that the consumer has received can be acknowledged until then. After that, all acknowledgements
    /// are sent and the server is told; it delivers the remaining events to other consumers.
    public func stop() { self.feed.stop() }
}
