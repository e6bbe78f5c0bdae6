internal import PhotonPumpTransport
internal import PhotonPumpWire

extension Client {
    /// Creates a persistent subscription. The stream need not exist. Only administrators may do this and, from server
    /// 5.0 on, operators.
    ///
    /// If the answer is lost and the subscription exists when it is created again, its settings are read over HTTP: if they
    /// are the same, the first request created it.
    ///
    /// - Parameters:
    ///   - group: its name, which its consumers have in common.
    ///   - stream: the stream whose events it delivers.
    ///   - settings: how the server treats its events and consumers.
    ///   - httpPort: the server's HTTP port, used if gossip does not tell it. 2113 by default.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/subscriptionExists``,
    ///   ``PhotonPumpError/Code/accessDenied``, ``PhotonPumpError/Code/serverError`` with the server's reason, or
    ///   ``PhotonPumpError/Code/invalidArgument``, naming an invalid setting.
    public nonisolated func createSubscription(
        _ group: String,
        to stream: String,
        settings: PersistentSubscriptionSettings = PersistentSubscriptionSettings(),
        httpPort: Int = Endpoint.defaultGossipPort,
        options: CallOptions = CallOptions()
    ) async throws {
        let settings = try settings.checked(stream: stream)
        let create = try ManageSubscription(.create(settings), group: group, stream: stream)
        try await self.asOneCall(try self.terms(options)) { terms in
            do {
                try await self.perform(create, terms)
            } catch let error as PhotonPumpError where error.code == .subscriptionExists && create.mayBeDone {
                try await self.recognise(settings, of: group, to: stream, httpPort, terms, otherwise: error)
            }
        }
    }

    /// Returns if a persistent subscription has these settings, and otherwise throws the error, with the reason if they
    /// cannot be read.
    private nonisolated func recognise(
        _ settings: PhotonPumpWire.PersistentSubscriptionSettings, of group: String, to stream: String, _ httpPort: Int,
        _ terms: CallTerms, otherwise error: PhotonPumpError
    ) async throws {
        var cause: (any Error)?
        do {
            let info = try await self.info(group, to: stream, httpPort, terms)
            if info.hasSettings(settings) { return }
        } catch let problem as PhotonPumpError {
            cause = problem
        }
        var exists = PhotonPumpError(error.code, error.message, stream: stream, underlying: cause)
        (exists.operation, exists.endpoint) = (error.operation, error.endpoint)
        (exists.attempts, exists.elapsed) = (error.attempts, terms.elapsed)
        exists.mayHaveBeenApplied = true
        throw exists
    }

    /// Replaces all settings of a persistent subscription. It keeps its place in the stream. Its consumers are
    /// disconnected; those of this library connect again.
    ///
    /// - Parameters:
    ///   - group: its name.
    ///   - stream: the stream whose events it delivers.
    ///   - settings: the new settings.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: as ``createSubscription(_:to:settings:httpPort:options:)``, but
    ///   ``PhotonPumpError/Code/subscriptionNotFound`` if it does not exist.
    public nonisolated func updateSubscription(
        _ group: String,
        to stream: String,
        settings: PersistentSubscriptionSettings,
        options: CallOptions = CallOptions()
    ) async throws {
        let settings = try settings.checked(stream: stream)
        try await self.perform(ManageSubscription(.update(settings), group: group, stream: stream), options)
    }

    /// Deletes a persistent subscription, its checkpoint and its parked events.
    ///
    /// - Parameters:
    ///   - group: its name.
    ///   - stream: the stream whose events it delivers.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/subscriptionNotFound`` or
    ///   ``PhotonPumpError/Code/accessDenied``.
    public nonisolated func deleteSubscription(
        _ group: String, to stream: String, options: CallOptions = CallOptions()
    ) async throws {
        try await self.perform(ManageSubscription(.delete, group: group, stream: stream), options)
    }

    /// Connects as a consumer of a persistent subscription, and returns when the server has agreed.
    ///
    /// - Parameters:
    ///   - group: the name of the persistent subscription.
    ///   - stream: the stream whose events it delivers.
    ///   - bufferSize: the number of unacknowledged events this consumer may hold at a time (its in-flight limit).
    ///     Larger values make up for a slow connection to the server; smaller ones leave more events to other
    ///     consumers. This is not the server's own ``PersistentSubscriptionSettings/bufferSize``.
    ///   - bufferBytes: the size of those events, in bytes, 1 or more; 64 MiB by default. At this limit, further events are
    ///     left to the server, as ``PersistentSubscription/bufferBytes`` says.
    ///   - messageTimeout: the subscription's ``PersistentSubscriptionSettings/messageTimeout``, which the server does
    ///     not report. It is used to warn of events that take too long
    ///     (``PersistentSubscription/Change/slow(_:messageTimeout:)``) and of a stall. nil means no warnings.
    ///   - acknowledgementDelay: how long an acknowledgement may wait to be sent together with others.
    ///   - name: what to call the subscription in logs and metrics; none by default.
    ///   - options: the credentials of this subscription, and the timeout of each attempt to connect.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/subscriptionNotFound``,
    ///   ``PhotonPumpError/Code/accessDenied`` or ``PhotonPumpError/Code/tooManySubscribers``; or `CancellationError`.
    public nonisolated func connectSubscription(
        _ group: String,
        to stream: String,
        bufferSize: Int = 10,
        bufferBytes: Int = 64 << 20,
        messageTimeout: Duration? = .seconds(30),
        acknowledgementDelay: Duration = .milliseconds(5),
        name: String? = nil,
        options: CallOptions = CallOptions()
    ) async throws -> PersistentSubscription {
        for (label, value) in [("messageTimeout", messageTimeout), ("acknowledgementDelay", acknowledgementDelay)] {
            guard let value, value < .zero || (label == "messageTimeout" && value == .zero) else { continue }
            throw PhotonPumpError(.invalidArgument, "\(label) \(value.words) is too short", stream: stream)
        }
        guard bufferBytes > 0 else {
            throw PhotonPumpError(.invalidArgument, "bufferBytes \(bufferBytes) is below 1", stream: stream)
        }
        // Invalid credentials are reported here.
        _ = try self.terms(options)
        let feed = try PersistentFeed(
            client: self,
            PersistentFeed.Request(
                group: group,
                stream: stream,
                bufferSize: bufferSize,
                bufferBytes: bufferBytes,
                messageTimeout: messageTimeout,
                acknowledgementDelay: acknowledgementDelay,
                name: name,
                options: options
            )
        )
        try await feed.connect()
        return PersistentSubscription(feed: feed)
    }
}
