/// A consumer of a persistent subscription: the server hands its events to the group's consumers, remembers which were
/// dealt with, and delivers the others again.
///
/// ```swift
/// let herd = try await client.connectSubscription("herd", to: "ponies")
/// for try await event in herd.events {
///     print(event.type)
///     herd.ack(event)
/// }
/// ```
///
/// It stays connected by itself. When the connection is lost, or the server ends the subscription (because its settings
/// were changed, for instance), it connects again for as long as that takes; ``changes`` tells. Events that are not yet
/// acknowledged then are delivered again, perhaps to another consumer: each event is delivered at least once.
///
/// It ends when ``stop()`` is called, when the loop over its ``events`` is left or the looping task is cancelled, and
/// when the server will not have it any more.
public struct PersistentSubscription: Sendable {
    let feed: PersistentFeed

    /// The group of consumers, which is the name of the persistent subscription.
    public var group: String { self.feed.request.group }
    /// The stream whose events are delivered.
    public var stream: String { self.feed.request.stream }
    /// How many events may be in flight: delivered to this consumer, and neither acknowledged nor refused.
    public var bufferSize: Int { self.feed.request.bufferSize }

    /// Where this subscription stands just now.
    public var status: Status { self.feed.status }

    /// What happens to this subscription from now on.
    ///
    /// Each sequence has a buffer of its own, of 100 changes; a reader that falls further behind misses the oldest. It
    /// ends with the subscription, or when the reading task is cancelled.
    public var changes: AsyncStream<Change> { self.feed.listen() }

    /// The events, to be gone through once.
    public var events: PersistentEvents { PersistentEvents(feed: self.feed) }

    /// Says that an event was dealt with.
    ///
    /// Acknowledgements are collected: they are sent when there are as many as a quarter of ``bufferSize`` (or 2,000),
    /// when an event is asked for and none is there, and otherwise after the delay that the subscription was connected
    /// with.
    ///
    /// - Returns: whether the event was still in flight.
    @discardableResult
    public func ack(_ event: DeliveredEvent) -> Acknowledgement {
        self.feed.acknowledge(CollectionOfOne(event))[0]
    }

    /// Says that events were dealt with, any number of them.
    ///
    /// - Returns: of each event, in their order, whether it was still in flight.
    @discardableResult
    public func ack(_ events: some Sequence<DeliveredEvent>) -> [Acknowledgement] {
        self.feed.acknowledge(events)
    }

    /// Says that an event could not be dealt with. It is sent at once, after the acknowledgements made before.
    ///
    /// - Parameters:
    ///   - event: what could not be dealt with.
    ///   - action: what the server is to do with it.
    ///   - reason: why, for people who look at parked events. What is longer than 8 KiB is cut off.
    /// - Returns: whether the event was still in flight.
    @discardableResult
    public func nack(_ event: DeliveredEvent, action: RefusalAction = .retry, reason: String? = nil) -> Acknowledgement
    {
        self.nack(CollectionOfOne(event), action: action, reason: reason)[0]
    }

    /// Says that events could not be dealt with, any number of them.
    ///
    /// - Parameters:
    ///   - events: what could not be dealt with.
    ///   - action: what the server is to do with them.
    ///   - reason: why, for people who look at parked events. What is longer than 8 KiB is cut off.
    /// - Returns: of each event, in their order, whether it was still in flight.
    @discardableResult
    public func nack(
        _ events: some Sequence<DeliveredEvent>, action: RefusalAction = .retry, reason: String? = nil
    ) -> [Acknowledgement] {
        let reason = reason.map { String(decoding: $0.utf8.prefix(8192), as: UTF8.self) }
        return self.feed.refuse(events, action, reason: reason)
    }

    /// Ends the subscription: no further event is handed out, and the loop over ``events`` ends when it asks for the
    /// next one. Events that the consumer has until then can still be acknowledged. Then all acknowledgements are sent,
    /// and the server is told, which delivers what is left to others.
    public func stop() { self.feed.stop() }
}
