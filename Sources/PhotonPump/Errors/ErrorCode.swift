extension PhotonPumpError {
    /// The kinds of errors. New ones may be added, so a `switch` over them needs a `default`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code's name, such as `streamNotFound`.
        public let description: String

        private init(_ name: String) {
            self.description = name
        }

        // Reading

        /// The stream was never written to, or is deleted but may be written to again.
        public static let streamNotFound = Code("streamNotFound")
        /// The stream is deleted for good.
        public static let streamDeleted = Code("streamDeleted")
        /// The stream has no event of that number (any more).
        public static let eventNotFound = Code("eventNotFound")
        /// An event was found through a link, but what it points to is gone.
        public static let linkTargetMissing = Code("linkTargetMissing")
        /// An event's data or metadata is not what it was to be decoded as.
        public static let undecodableEvent = Code("undecodableEvent")

        // Writing

        /// The stream is not at the expected version; see ``PhotonPumpError/conflict``.
        public static let wrongExpectedVersion = Code("wrongExpectedVersion")
        /// An event, or all of them together, are more than a server accepts. Nothing was sent.
        public static let tooLarge = Code("tooLarge")
        /// The server did not manage to write in time. The events may have been written nevertheless; repeating the
        /// call with the same events is safe.
        public static let serverTimeout = Code("serverTimeout")

        // Subscriptions

        /// The server ended the subscription, without a reason that would keep this client from subscribing again.
        public static let subscriptionDropped = Code("subscriptionDropped")
        /// There is no such persistent subscription.
        public static let subscriptionNotFound = Code("subscriptionNotFound")
        /// There is a persistent subscription of that name already.
        public static let subscriptionExists = Code("subscriptionExists")
        /// The persistent subscription was deleted.
        public static let subscriptionDeleted = Code("subscriptionDeleted")
        /// The persistent subscription has as many consumers as it may have.
        public static let tooManySubscribers = Code("tooManySubscribers")
        /// More has come than the subscription's buffer holds, and it was told to fail then.
        public static let bufferOverflow = Code("bufferOverflow")

        // Checkpoints

        /// What a ``CheckpointStore`` holds is no checkpoint, or cannot be read.
        public static let unreadableCheckpoint = Code("unreadableCheckpoint")
        /// A checkpoint could not be saved.
        public static let checkpointNotSaved = Code("checkpointNotSaved")

        // Permissions

        /// The user may not do that.
        public static let accessDenied = Code("accessDenied")
        /// The server does not know the user, or the password is wrong.
        public static let notAuthenticated = Code("notAuthenticated")

        // The server

        /// The node cannot work on requests now (it is starting or busy), or it is not the master.
        public static let notHandled = Code("notHandled")
        /// The server could not make sense of the request.
        public static let badRequest = Code("badRequest")
        /// The server failed.
        public static let serverError = Code("serverError")
        /// The server's answer cannot be read.
        public static let unreadableReply = Code("unreadableReply")
        /// The server answered with something that is no answer to the request.
        public static let unexpectedReply = Code("unexpectedReply")

        // The connection

        /// The call was not through when its time was up; see ``CallOptions/timeout``.
        public static let timedOut = Code("timedOut")
        /// The server could not be reached, or did not accept this client.
        public static let connectionFailed = Code("connectionFailed")
        /// No node of the cluster could be found; the message has what each of those asked answered.
        public static let discoveryFailed = Code("discoveryFailed")
        /// The connection was lost while the call waited, and its request may not be sent again: because that could do
        /// twice what was to be done once, or because it was sent too often already, see ``RetrySettings``.
        public static let connectionLost = Code("connectionLost")
        /// The client was closed, before the call or while it waited.
        public static let clientClosed = Code("clientClosed")

        // The call

        /// An argument that can never work, such as an empty stream name. Nothing was sent.
        public static let invalidArgument = Code("invalidArgument")
        /// A connection string or setting that is wrong.
        public static let invalidConfiguration = Code("invalidConfiguration")
    }
}

extension PhotonPumpError.Code {
    /// Whether a request that was sent may have been carried out in spite of this error.
    var leavesOutcomeOpen: Bool {
        [.timedOut, .connectionLost, .clientClosed, .serverTimeout, .serverError, .unreadableReply, .unexpectedReply]
            .contains(self)
    }
}
