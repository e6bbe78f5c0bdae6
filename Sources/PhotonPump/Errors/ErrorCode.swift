extension PhotonPumpError {
    /// The kinds of errors. More may be added, so a `switch` over them needs a `default`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code's name, such as `streamNotFound`.
        public let description: String

        private init(_ name: String) {
            self.description = name
        }

        // Reading

        /// The stream was never written to, or was deleted (but can be written to again).
        public static let streamNotFound = Code("streamNotFound")
        /// The stream was deleted permanently.
        public static let streamDeleted = Code("streamDeleted")
        /// The stream has no event with that number, or no longer has it.
        public static let eventNotFound = Code("eventNotFound")
        /// An event is a link, but the event that it points to is gone.
        public static let linkTargetMissing = Code("linkTargetMissing")
        /// An event's data or metadata cannot be decoded as the requested type.
        public static let undecodableEvent = Code("undecodableEvent")

        // Writing

        /// The stream is not at the expected version; see ``PhotonPumpError/conflict``.
        public static let wrongExpectedVersion = Code("wrongExpectedVersion")
        /// An event, or all events together, exceed what a server accepts, and nothing was sent; or an answer exceeds
        /// ``Client/Configuration/maximumFrameSize``.
        public static let tooLarge = Code("tooLarge")
        /// The server answered that it could not complete the write in time, also when it was asked again, until the
        /// call's own time was up; or, over HTTP, that it has given up. What was to be changed may have been nevertheless.
        public static let serverTimeout = Code("serverTimeout")

        // Subscriptions

        /// The server ended the subscription; nothing prevents this client from subscribing again.
        public static let subscriptionDropped = Code("subscriptionDropped")
        /// The persistent subscription does not exist.
        public static let subscriptionNotFound = Code("subscriptionNotFound")
        /// A persistent subscription with that name exists already.
        public static let subscriptionExists = Code("subscriptionExists")
        /// The persistent subscription was deleted.
        public static let subscriptionDeleted = Code("subscriptionDeleted")
        /// The persistent subscription already has its maximum number of consumers.
        public static let tooManySubscribers = Code("tooManySubscribers")
        /// The subscription's buffer is full, and its options say to fail in that case.
        public static let bufferOverflow = Code("bufferOverflow")

        /// The place to continue from lies beyond the end of the stream or the log; see ``SubscriptionOptions/beyondEnd``.
        public static let placeBeyondEnd = Code("placeBeyondEnd")
        /// The event that the subscription had come to is another one now: the server has dropped events that it delivered.
        public static let eventReplaced = Code("eventReplaced")

        // Checkpoints

        /// The content of a ``CheckpointStore`` is not a checkpoint, or cannot be read.
        public static let unreadableCheckpoint = Code("unreadableCheckpoint")
        /// A checkpoint could not be saved.
        public static let checkpointNotSaved = Code("checkpointNotSaved")

        // Administration

        /// There is nothing of this name, such as a user or a projection, or the server does not offer what was asked for.
        public static let notFound = Code("notFound")
        /// There is something of this name already, such as a user or a projection.
        public static let alreadyExists = Code("alreadyExists")
        /// What is concerned does not allow this now, such as a projection that is to be deleted while it runs. Nothing
        /// was changed.
        public static let wrongState = Code("wrongState")

        // Permissions

        /// The user is not allowed to do that.
        public static let accessDenied = Code("accessDenied")
        /// The server does not know the user, or the password is wrong.
        public static let notAuthenticated = Code("notAuthenticated")

        // The server

        /// The node cannot handle requests at the moment (it is starting or busy), or is not the master.
        public static let notHandled = Code("notHandled")
        /// The server could not interpret the request.
        public static let badRequest = Code("badRequest")
        /// The server reported a failure of its own.
        public static let serverError = Code("serverError")
        /// The server's answer cannot be read.
        public static let unreadableReply = Code("unreadableReply")
        /// The server's answer does not match the request.
        public static let unexpectedReply = Code("unexpectedReply")

        // The connection

        /// The call did not finish within its time limit; see ``CallOptions/timeout``.
        public static let timedOut = Code("timedOut")
        /// The server could not be reached, or did not accept this client.
        public static let connectionFailed = Code("connectionFailed")
        /// No suitable node of the cluster was found; the message has the answer of each one that was asked.
        public static let discoveryFailed = Code("discoveryFailed")
        /// The connection was lost while the call was waiting, and its request may not be sent again: because that could
        /// apply it twice, because it could not be found out whether it was applied, or because it has been sent too
        /// often already (see ``RetrySettings``).
        public static let connectionLost = Code("connectionLost")
        /// The client was closed before the call, or while it was waiting.
        public static let clientClosed = Code("clientClosed")

        // The call

        /// An argument is invalid, such as an empty stream name. Nothing was sent.
        public static let invalidArgument = Code("invalidArgument")
        /// A connection string or setting is invalid.
        public static let invalidConfiguration = Code("invalidConfiguration")
    }
}

extension PhotonPumpError.Code {
    /// Whether a request that was sent may have been carried out despite this error.
    var leavesOutcomeOpen: Bool {
        [
            .timedOut, .connectionLost, .clientClosed, .serverTimeout, .serverError, .unreadableReply, .unexpectedReply,
            .tooLarge,
        ].contains(self)
    }
}
