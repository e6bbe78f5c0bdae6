/// A subscription to a stream (places are event numbers), or to all streams (places are positions in the log).
///
/// It gives every event once and in order, those that were there and those that are written later, and keeps doing so
/// through lost connections, restarts of the server and changes of the master. It never holds more than its
/// ``SubscriptionOptions`` allow: a consumer that is slower than the writers reads from the past until it has caught up.
///
/// ```swift
/// let subscription = try await client.subscribe(to: "ponies", from: .start)
/// for try await event in subscription.events { … }
/// ```
///
/// There is one consumer: either ``events`` or ``messages`` is gone through, once. Leaving the loop, cancelling its task and
/// ``stop()`` end the subscription, on the server too.
public final class Subscription<Place: Comparable & Hashable & Sendable>: Sendable {
    let follower: Follower
    let place: SubscriptionPlace<Place>

    init(_ follower: Follower, _ place: SubscriptionPlace<Place>) {
        self.follower = follower
        self.place = place
    }

    /// The events. Ends when the subscription is stopped.
    ///
    /// Iterating throws ``PhotonPumpError`` when it cannot go on: among others ``PhotonPumpError/Code/streamDeleted`` (for
    /// good), ``PhotonPumpError/Code/accessDenied``, ``PhotonPumpError/Code/clientClosed``,
    /// ``PhotonPumpError/Code/bufferOverflow`` if that was asked for, and the reason why a client gave up to connect. It
    /// throws `CancellationError` when the task is cancelled.
    public var events: SubscriptionEvents<Place> { SubscriptionEvents(messages: self.messages) }

    /// The events, and between them what else is to be known at that point: that the subscription is live, that it fell
    /// behind, how far a filter has looked. Ends and throws as ``events`` does.
    public var messages: SubscriptionMessages<Place> {
        SubscriptionMessages(follower: self.follower, place: self.place)
    }

    /// What happens to the subscription from now on, at once and not in order with the events.
    ///
    /// Each sequence has a buffer of its own, of 100 changes; a reader that falls further behind misses the oldest.
    public var changes: AsyncStream<SubscriptionChange<Place>> { self.follower.changes(self.place.outside) }

    /// Where the subscription stands just now.
    public var status: SubscriptionStatus<Place> { self.follower.status.map(self.place.outside) }

    /// Ends the subscription. The consumer gets no further event, not even one that has come already, and its loop ends.
    public func stop() { self.follower.stop() }
}
