internal import PhotonPumpWire

/// Makes the connection a consumer of a persistent subscription.
struct ConnectSubscription: Conversation {
    private var message: ConnectToPersistentSubscription

    /// - Throws: ``PhotonPumpError/Code/invalidArgument``.
    init(group: String, stream: String, bufferSize: Int) throws(PhotonPumpError) {
        try Arguments.check(stream: stream)
        try Arguments.check(group: group, stream: stream)
        guard bufferSize > 0, let allowedInFlight = Int32(exactly: bufferSize) else {
            throw PhotonPumpError(
                .invalidArgument, "bufferSize \(bufferSize) is not between 1 and \(Int32.max)", stream: stream)
        }
        self.message = ConnectToPersistentSubscription(
            stream: stream, group: group, allowedInFlight: allowedInFlight)
    }

    /// The same with another in-flight limit, which must be in range.
    func limited(to bufferSize: Int) -> Self {
        var limited = self
        limited.message.allowedInFlight = Int32(clamping: bufferSize)
        return limited
    }

    var stream: String? { self.message.stream }
    var operation: String { "connect to subscription '\(self.message.group)' to '\(self.message.stream)'" }
    var request: Request { Request(command: .connectToPersistentSubscription, message: self.message) }
    var effect: Effect { .none }
    var replyCommand: Command { .persistentSubscriptionConfirmation }
    var needsMaster: Bool { true }

    func received(_ reply: PersistentSubscriptionConfirmation) -> Step<String> {
        // Every acknowledgement has it in it.
        let (count, limit) = (reply.subscriptionID.utf8.count, 3 * Arguments.maximumName)
        guard count <= limit else {
            let problem = "the server calls the subscription by a name of \(count) bytes, more than \(limit)"
            return .fail(self.error(.unexpectedReply, problem))
        }
        return .finish(reply.subscriptionID)
    }
}
