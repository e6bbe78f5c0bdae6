public import Foundation

extension PersistentSubscription {
    /// What becomes of an acknowledgement or refusal.
    public enum Acknowledgement: Sendable, Hashable {
        /// It is on its way to the server, or about to be.
        case accepted
        /// Nothing is sent, because the event is not in flight any more: it was acknowledged or refused before, or the
        /// server has taken it back, as it does when the connection that it came by is lost. In that case it is
        /// delivered again, and that delivery can be acknowledged.
        case expired
    }

    /// What the server is to do with an event that could not be dealt with.
    public enum RefusalAction: Sendable, Hashable {
        /// Put it aside, until somebody has the parked events replayed.
        case park
        /// Deliver it again, and park it when that has happened too often.
        case retry
        /// Take it as dealt with.
        case skip
        /// Take it as dealt with, too; servers do nothing else.
        case stop
    }

    /// Where a subscription stands.
    public struct Status: Sendable {
        /// What it is at.
        public enum Phase: Sendable, Hashable {
            /// Asking the server to deliver events.
            case connecting
            /// The server delivers events.
            case connected
            /// Between two attempts to connect.
            case waiting
            /// Delivering nothing more, until the events at hand are dealt with and the server is told.
            case stopping
            /// Over.
            case ended
        }

        /// What it is at.
        public let phase: Phase
        /// Events that the consumer was not given yet.
        public let buffered: Int
        /// Events that are neither acknowledged nor refused, the buffered ones included.
        public let inFlight: Int
        /// How many attempts to connect have failed since the last connection that lasted.
        public let failedAttempts: Int
        /// Why the last attempt failed or the last connection ended; nil as long as there was nothing of that kind.
        public let lastError: PhotonPumpError?
    }

    /// What has happened to a subscription.
    public enum Change: Sendable {
        /// The server delivers events.
        case connected
        /// The server delivers nothing for the time being; the attempt of this number to change that is made after the
        /// pause. Events not yet acknowledged will be delivered again.
        case interrupted(attempt: Int, after: Duration, cause: PhotonPumpError)
        /// The event (or link) of this id has been with the consumer for four fifths of the message timeout. When that
        /// is over the server delivers it again, perhaps to somebody else.
        case slow(UUID, messageTimeout: Duration)
        /// The server cannot deliver anything, because the events (or links) of these ids are as many as may be in
        /// flight, and all have been for longer than the message timeout.
        case stalled([UUID])
        /// The consumer is given nothing more; what it has can still be acknowledged, and then the server is told.
        case stopping
        /// It is over, because of the error if there is one. Nothing follows.
        case ended(PhotonPumpError?)
    }
}
