internal import PhotonPumpWire

extension Client {
    /// Creates a persistent subscription. The stream need not exist. For administrators, and from server 5.0 on operators.
    ///
    /// - Parameters:
    ///   - group: its name, which those have in common who share its events.
    ///   - stream: whose events it delivers.
    ///   - settings: how it treats events and consumers.
    ///   - options: timeout and credentials of this call.
    /// - Throws: ``PhotonPumpError``, among others ``PhotonPumpError/Code/subscriptionExists``,
    ///   ``PhotonPumpError/Code/accessDenied``, ``PhotonPumpError/Code/serverError`` with the server's reason, and
    ///   ``PhotonPumpError/Code/invalidArgument``, naming a setting that can never work.
    public nonisolated func createSubscription(
        _ group: String,
        to stream: String,
        settings: PersistentSubscriptionSettings = PersistentSubscriptionSettings(),
        options: CallOptions = CallOptions()
    ) async throws {
        let settings = try settings.checked(stream: stream)
        try await self.perform(ManageSubscription(.create(settings), group: group, stream: stream), options)
    }

    /// Gives a persistent subscription other settings, all of them. Where it has got to stays as it is; its consumers are
    /// disconnected, and those of this library connect again.
    ///
    /// - Parameters:
    ///   - group: its name.
    ///   - stream: whose events it delivers.
    ///   - settings: how it is to treat events and consumers.
    ///   - options: timeout and credentials of this call.
    /// - Throws: as ``createSubscription(_:to:settings:options:)``, but ``PhotonPumpError/Code/subscriptionNotFound``
    ///   when there is none.
    public nonisolated func updateSubscription(
        _ group: String,
        to stream: String,
        settings: PersistentSubscriptionSettings,
        options: CallOptions = CallOptions()
    ) async throws {
        let settings = try settings.checked(stream: stream)
        try await self.perform(ManageSubscription(.update(settings), group: group, stream: stream), options)
    }

    /// Deletes a persistent subscription, with the memory of where it has got to and the events that were parked.
    ///
    /// - Parameters:
    ///   - group: its name.
    ///   - stream: whose events it delivers.
    ///   - options: timeout and credentials of this call.
    /// - Throws: ``PhotonPumpError``, among others ``PhotonPumpError/Code/subscriptionNotFound`` and
    ///   ``PhotonPumpError/Code/accessDenied``.
    public nonisolated func deleteSubscription(
        _ group: String, to stream: String, options: CallOptions = CallOptions()
    ) async throws {
        try await self.perform(ManageSubscription(.delete, group: group, stream: stream), options)
    }

    /// Becomes a consumer of a persistent subscription, and returns when the server has agreed.
    ///
    /// - Parameters:
    ///   - group: its name.
    ///   - stream: whose events it delivers.
    ///   - bufferSize: how many events the server may push ahead of acknowledgements. More of them make up for a long
    ///     way to the server; fewer leave more to other consumers.
    ///   - messageTimeout: the subscription's own, see ``PersistentSubscriptionSettings/messageTimeout``. The server does
    ///     not tell; it serves to warn of events that take too long (``PersistentSubscription/Change/slow(_:messageTimeout:)``)
    ///     and of a stall. nil for never.
    ///   - acknowledgementDelay: how long an acknowledgement may wait for others, to be sent together with them.
    ///   - options: credentials of this subscription, and the timeout of each attempt to connect.
    /// - Throws: ``PhotonPumpError``, among others ``PhotonPumpError/Code/subscriptionNotFound``,
    ///   ``PhotonPumpError/Code/accessDenied`` and ``PhotonPumpError/Code/tooManySubscribers``; or `CancellationError`.
    public nonisolated func connectSubscription(
        _ group: String,
        to stream: String,
        bufferSize: Int = 10,
        messageTimeout: Duration? = .seconds(30),
        acknowledgementDelay: Duration = .milliseconds(5),
        options: CallOptions = CallOptions()
    ) async throws -> PersistentSubscription {
        for (name, value) in [("messageTimeout", messageTimeout), ("acknowledgementDelay", acknowledgementDelay)] {
            guard let value, value < .zero || (name == "messageTimeout" && value == .zero) else { continue }
            throw PhotonPumpError(.invalidArgument, "\(name) \(value) is too short", stream: stream)
        }
        // Credentials that cannot work are told here.
        _ = try self.terms(options)
        let feed = try PersistentFeed(
            client: self,
            PersistentFeed.Request(
                group: group,
                stream: stream,
                bufferSize: bufferSize,
                messageTimeout: messageTimeout,
                acknowledgementDelay: acknowledgementDelay,
                options: options
            )
        )
        try await feed.start()
        return PersistentSubscription(feed: feed)
    }
}
