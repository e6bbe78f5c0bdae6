internal import PhotonPumpWire

extension PersistentSubscriptionState {
    enum Phase: Equatable {
        /// The request to connect was sent. Exits: `connected`, `waiting`, `ended`.
        case connecting(GUID)
        /// The server delivers. Exits: `connecting` (also to change the limit) and `waiting` (lost, or ended by the
        /// server), `stopping`, `unsubscribing`, `ended`.
        case connected(GUID, subscription: String)
        /// Waiting before that attempt. Exits: `connecting`, `ended`.
        case waiting(attempt: Int)
        /// The consumer receives nothing more, but can acknowledge what it has. Exits: `unsubscribing`, `ended`.
        case stopping(GUID, subscription: String)
        /// The server has been asked to end it, but has not confirmed that. Exits: `ended`.
        case unsubscribing(GUID)
        case ended

        var asReported: PersistentSubscription.Status.Phase {
            switch self {
            case .connecting: .connecting
            case .connected: .connected
            case .waiting: .waiting
            case .stopping, .unsubscribing: .stopping
            case .ended: .ended
            }
        }
    }

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

extension PersistentSubscriptionState {
    var status: PersistentSubscription.Status {
        PersistentSubscription.Status(
            phase: self.phase.asReported,
            buffered: self.events.waitingCount,
            inFlight: self.events.count,
            inFlightBytes: self.events.bytes,
            inFlightLimit: self.inFlightLimit,
            failedAttempts: self.reconnecting.failures,
            lastError: self.reconnecting.lastError
        )
    }

    /// The number of events that a connection made now may have in flight.
    var inFlightLimit: Int { self.events.budget.limit }

    /// Whether an event is in flight on this connection, and has not been delivered again since.
    func isLatest(_ event: DeliveredEvent) -> Bool {
        guard case .connected(event.connection, _) = self.phase else { return false }
        return self.events.isLatest(event)
    }
}
