public import PhotonPumpSystem

extension PersistentSubscription {
    /// The outcome of an acknowledgement or refusal.
    public enum Acknowledgement: Sendable, Hashable {
        /// It has been sent to the server, or soon will be.
        case accepted
        /// Nothing is sent, because the event is no longer in flight: it has been acknowledged or refused already, or
        /// the server has taken it back because the connection that delivered it was lost. In that case the event is
        /// delivered again, and the new delivery can be acknowledged.
        case expired
    }

    /// What the server should do with an event that could not be handled.
    public enum RefusalAction: Sendable, Hashable {
        /// Put it aside until someone has the parked events replayed.
        case park
        /// Deliver it again, or park it if it has been retried too often.
        case retry
        /// Treat it as handled.
        case skip
        /// The same as ``skip``: servers treat the event as handled, and stop nothing. To end the subscription, call
        /// ``PersistentSubscription/stop()``.
        case stop
    }

    /// The state of a subscription.
    public struct Status: Sendable {
        /// The phases of a subscription.
        public enum Phase: Sendable, Hashable {
            /// Asking the server to deliver events.
            case connecting
            /// The server delivers events.
            case connected
            /// Waiting before the next attempt to connect.
            case waiting
            /// Delivering nothing more, until events in the consumer's hands are handled and the server has been told.
            case stopping
            /// Ended.
            case ended
        }

        /// The current phase.
        public let phase: Phase
        /// Events that the consumer has not received yet.
        public let buffered: Int
        /// Events that are neither acknowledged nor refused, including the buffered ones.
        public let inFlight: Int
        /// The size of those events, in bytes.
        public let inFlightBytes: Int
        /// The most events that the server may have in flight at the moment: ``PersistentSubscription/bufferSize``, or
        /// fewer if so many have not fit ``PersistentSubscription/bufferBytes``.
        public let inFlightLimit: Int
        /// The number of failed attempts to connect since the last connection that lasted.
        public let failedAttempts: Int
        /// Why the last attempt failed or the last connection ended; nil if neither has happened.
        public let lastError: PhotonPumpError?
    }

    /// A change of a subscription.
    public enum Change: Sendable {
        /// The server delivers events.
        case connected
        /// The server delivers nothing at the moment; the attempt with this number to reconnect follows after the
        /// pause. Unacknowledged events will be delivered again.
        case interrupted(attempt: Int, after: Duration, cause: PhotonPumpError)
        /// The consumer has had the event (or link) with this id for four fifths of the message timeout. After the
        /// timeout the server delivers it again, perhaps to another consumer.
        case slow(UUID, messageTimeout: Duration)
        /// The server cannot deliver anything: the events (or links) with these ids take all slots, and each has been
        /// unacknowledged for longer than the message timeout.
        case stalled([UUID])
        /// It was stalled, and an event has been acknowledged or refused since.
        case recovered
        /// It connects anew, because no more events than these fit ``PersistentSubscription/bufferBytes``, or because
        /// more do again. What had been pushed beyond that is delivered again; nothing that the consumer had is.
        case limited(to: Int)
        /// No more events are delivered. Those in the consumer's hands can still be acknowledged; then the server is
        /// told.
        case stopping
        /// The subscription has ended, with an error if that is the reason. This is the last change.
        case ended(PhotonPumpError?)
    }
}
