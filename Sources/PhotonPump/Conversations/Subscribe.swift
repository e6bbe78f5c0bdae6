internal import PhotonPumpWire

/// Subscribes to what is written to a stream, or to all streams, from now on. Events follow the answer, under its
/// correlation id.
struct Subscribe: Conversation {
    /// Empty for `$all`.
    let target: String
    let resolveLinks: Bool
    /// The filter, for servers that support one.
    var filter: Filter?
    /// After how many events a filtering server reports its position.
    var checkpointInterval: Int32 = -1

    var stream: String? { self.target.isEmpty ? "$all" : self.target }
    var operation: String { "subscribe to \(self.target.isEmpty ? "$all" : "'\(self.target)'")" }

    var request: Request {
        guard let filter else {
            let message = SubscribeToStream(stream: self.target, resolveLinks: self.resolveLinks)
            return Request(command: .subscribeToStream, message: message)
        }
        let message = FilteredSubscribe(
            stream: self.target,
            resolveLinks: self.resolveLinks,
            filter: filter,
            checkpointInterval: self.checkpointInterval
        )
        return Request(command: .filteredSubscribeToStream, message: message)
    }

    var effect: Effect { .none }
    var replyCommand: Command { .subscriptionConfirmation }

    func received(_ reply: SubscriptionConfirmation) -> Step<SubscriptionConfirmation> { .finish(reply) }
}
