/// A subscription to a stream (places are event numbers), or to all streams (places are positions in the log).
///
/// It delivers every event once and in order, first those that exist and then those that are written, even when
/// connections are lost, the server restarts or the master changes. It never holds more than its
/// ``SubscriptionOptions`` allow: for a consumer that is slower than the writers it reads from the past until the
/// consumer has caught up.
///
/// ```swift
/// let subscription = try await client.subscribe(
///     to: "ponies", from: .start)
/// for try await event in subscription.events { … }
/// ```
///
/// It has one consumer: either ``events`` or ``messages`` can be iterated, once. Leaving the loop, cancelling its task
/// and ``stop()`` end the subscription, also on the server.
public final class Subscription<Place: Comparable & Hashable & Sendable>: Sendable {
    let catchUp: CatchUpSubscription
    let place: SubscriptionPlace<Place>

    init(_ catchUp: CatchUpSubscription, _ place: SubscriptionPlace<Place>) {
        self.catchUp = catchUp
        self.place = place
    }

    /// The events. The sequence ends when the subscription is stopped, or the service group of the task shuts down.
    ///
    /// Iterating throws ``PhotonPumpError`` if the subscription cannot continue, such as
    /// ``PhotonPumpError/Code/streamDeleted`` (permanently), ``PhotonPumpError/Code/accessDenied``,
    /// ``PhotonPumpError/Code/clientClosed``, ``PhotonPumpError/Code/placeBeyondEnd`` unless you chose otherwise,
    /// ``PhotonPumpError/Code/eventReplaced``, ``PhotonPumpError/Code/bufferOverflow`` if you chose that, or the reason why
    /// the client gave up connecting. It throws `CancellationError` if the task is cancelled.
    public var events: SubscriptionEvents<Place> { SubscriptionEvents(messages: self.messages) }

    /// The events, and between them other things that are true at that point: that the subscription is live or fell
    /// behind, or how far a filter has come. Ends and throws as ``events`` does.
    public var messages: SubscriptionMessages<Place> {
        SubscriptionMessages(catchUp: self.catchUp, place: self.place)
    }

    /// Changes of the subscription from now on, as they happen and not in order with the events.
    ///
    /// Each sequence has its own buffer of 100 changes; a slow reader misses the oldest.
    public var changes: AsyncStream<SubscriptionChange<Place>> { self.catchUp.changes(self.place.outside) }

    /// The current state of the subscription.
    public var status: SubscriptionStatus<Place> { self.catchUp.status.map(self.place.outside) }

    /// Ends the subscription. The consumer receives no further events, not even those that have arrived already, and
    /// its loop ends.
    public func stop() { self.catchUp.stop() }
}
