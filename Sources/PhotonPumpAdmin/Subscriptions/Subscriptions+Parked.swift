public import PhotonPump

/// Parked events are links in a stream of the subscription's own. Of this stream, servers replay all or nothing, and it can
/// lose only its first events, up to any of them. So to take parked events one by one, read them, do with each what has to
/// be done, and delete it:
///
/// ```swift
/// for try await parked in admin.subscriptions.parkedEvents(
///     of: "herd", to: "ponies")
/// {
///     try await handle(parked.event)
///     try await admin.subscriptions.deleteParkedEvents(
///         of: "herd", to: "ponies", upTo: parked.event.received.number)
/// }
/// ```
extension Subscriptions {
    /// Has the server deliver all parked events again. They are then no longer parked.
    ///
    /// - Parameters:
    ///   - group: the name of the persistent subscription.
    ///   - stream: the stream whose events it delivers.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: `PhotonPumpError`, such as `subscriptionNotFound`, also if servers do not find it over HTTP by its name,
    ///   which the text then says; `accessDenied` or `connectionFailed`; or `CancellationError`.
    public func replayParkedEvents(
        of group: String, to stream: String, options: CallOptions = CallOptions()
    ) async throws {
        try await self.admin.client.replayParkedEvents(
            of: group, to: stream, httpPort: self.admin.httpPort, options: options)
    }

    /// The parked events, one after another, with the reasons they were parked for; none if there is no such subscription.
    /// They are read over TCP.
    ///
    /// - Parameters:
    ///   - group: the name of the persistent subscription.
    ///   - stream: the stream whose events it delivers.
    ///   - direction: from those parked first to those parked last, or the reverse.
    ///   - options: the timeout, credentials and node of each single read. By default, only administrators may read them.
    public func parkedEvents(
        of group: String, to stream: String, direction: Direction = .forward, options: CallOptions = CallOptions()
    ) -> some AsyncSequence<ParkedEvent, any Error> & Sendable {
        self.admin.client.parkedEvents(of: group, to: stream, direction: direction, options: options)
    }

    /// Deletes parked events, from the first on: they are never delivered again. The events that they link to stay. It is
    /// done over TCP.
    ///
    /// - Parameters:
    ///   - group: the name of the persistent subscription.
    ///   - stream: the stream whose events it delivers.
    ///   - number: the last one, by its number among the parked events (that of `ParkedEvent.event.received`); nil, the
    ///     default, for all that are parked by now. Those that are parked meanwhile are kept.
    ///   - options: the timeout and credentials of each single request.
    /// - Throws: `PhotonPumpError`, such as `accessDenied` or `invalidArgument`; or `CancellationError`.
    public func deleteParkedEvents(
        of group: String, to stream: String, upTo number: Int64? = nil, options: CallOptions = CallOptions()
    ) async throws {
        let (client, parked) = (self.admin.client, StreamName.parked(of: group, to: stream))
        if let number, number < 0 {
            throw PhotonPumpError(
                .invalidArgument, "\(number) is not the number of an event",
                during: "delete parked events of subscription '\(group)' to '\(stream)'", stream: stream)
        }
        guard let event = try await client.findLastEvent(in: parked, resolveLinks: false, options: options) else {
            return
        }
        // Beyond the last one are those that will be parked.
        let last = min(number ?? .max, event.received.number)
        // What was deleted before must not come back.
        try await client.editMetadata(of: parked, options: options) {
            $0.truncateBefore = max($0.truncateBefore ?? 0, last + 1)
        }
    }
}
