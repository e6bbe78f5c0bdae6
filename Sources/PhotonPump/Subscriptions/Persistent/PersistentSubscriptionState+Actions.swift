internal import PhotonPumpWire

extension PersistentSubscriptionState {
    /// What to do, in order.
    enum Action: Equatable {
        /// Send a request to connect, with this id.
        case connect(GUID)
        /// Give up the request with this id.
        case cancel(GUID)
        /// Call ``waited(attempt:next:)`` when it is time for the attempt.
        case pause(Duration, attempt: Int)
        /// Send this to the server, before anything that is decided later.
        case send(Notice)
        /// End the subscription with this id on the server, and call ``unsubscribed()``, also if it does not confirm.
        case unsubscribe(GUID)
        /// Call ``flushDue()`` when it is time to send what has been collected.
        case flushLater
        /// Call ``watchDue(now:)`` then.
        case watch(after: Duration)
        /// Batches of earlier generations are void, even those that the consumer has and has not looked at.
        case discard(before: Int)
        case deliver(Delivery<Batch>)
        case announcement(Announcement<Change>)
        /// The server has agreed for the first time.
        case started
        /// It has ended before that, with an error if that is the reason.
        case failedStart(Announcement<PhotonPumpError?>)
        /// There is nothing left to do.
        case end

        static func announce(_ change: Change) -> Self { .announcement(Announcement(change)) }
        static func notStarted(_ error: PhotonPumpError?) -> Self { .failedStart(Announcement(error)) }
    }

    /// Events for the consumer.
    struct Batch: Equatable {
        let events: [DeliveredEvent]
        let generation: Int
    }

    /// A message to the server.
    struct Notice: Equatable {
        enum Kind: Equatable {
            case acknowledgement
            case refusal(PersistentSubscription.RefusalAction, reason: String?)
        }

        let connection: GUID
        let subscription: String
        let kind: Kind
        let ids: [GUID]
    }
}
