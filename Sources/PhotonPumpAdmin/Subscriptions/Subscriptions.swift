public import PhotonPump

/// The persistent subscriptions of a server, and the events that they have parked. To create, update or delete them, see
/// `Client.createSubscription(_:to:settings:httpPort:options:)` and its neighbours.
///
/// Servers find nothing over HTTP whose name contains `/`, `?`, `#` or `\`. Such subscriptions are in lists, from which
/// ``details(of:to:options:)`` takes what there is; their parked events can be read and deleted, but not replayed.
public struct Subscriptions: Sendable {
    let admin: Admin

    /// All persistent subscriptions, or those to a stream.
    ///
    /// - Parameters:
    ///   - stream: the stream whose events they deliver; nil, the default, for all.
    ///   - options: the timeout and credentials of this call.
    /// - Returns: without ``SubscriptionDetails/settings`` and ``SubscriptionDetails/connections``.
    /// - Throws: `PhotonPumpError`, such as `accessDenied` or `connectionFailed`; or `CancellationError`.
    public func list(
        to stream: String? = nil, options: CallOptions = CallOptions()
    ) async throws -> [SubscriptionDetails] {
        guard let stream else {
            let request = ServerRequest("list subscriptions", .get, ["subscriptions"])
            return try await self.admin.ask(request, as: [SubscriptionDetails].self, options)
        }
        let operation = "list subscriptions to '\(stream)'"
        try Admin.check(stream, of: "stream", operation)
        if !Self.isFound(stream) { return try await self.list(options: options).filter { $0.stream == stream } }
        var request = ServerRequest(operation, .get, ["subscriptions", stream])
        request.stream = stream
        do {
            return try await self.admin.ask(request, as: [SubscriptionDetails].self, options)
        } catch let error as PhotonPumpError where error.code == .notFound {
            return []
        }
    }

    /// What there is to know of one persistent subscription.
    ///
    /// - Parameters:
    ///   - group: its name.
    ///   - stream: the stream whose events it delivers.
    ///   - options: the timeout and credentials of this call.
    /// - Returns: without settings and connections, if servers do not find it over HTTP.
    /// - Throws: `PhotonPumpError`, such as `subscriptionNotFound`, `accessDenied` or `connectionFailed`; or
    ///   `CancellationError`.
    public func details(
        of group: String, to stream: String, options: CallOptions = CallOptions()
    ) async throws -> SubscriptionDetails {
        let operation = "get details of subscription '\(group)' to '\(stream)'"
        try Admin.check(group, of: "subscription", operation)
        try Admin.check(stream, of: "stream", operation)
        guard Self.isFound(group), Self.isFound(stream) else {
            let all = try await self.list(options: options)
            if let found = all.first(where: { $0.group == group && $0.stream == stream }) { return found }
            throw PhotonPumpError(
                .subscriptionNotFound, "there is no such subscription", during: operation, stream: stream)
        }
        var request = ServerRequest(operation, .get, ["subscriptions", stream, group, "info"])
        request.stream = stream
        request.meaning = { $0.status == 404 ? (.subscriptionNotFound, "there is no such subscription") : nil }
        return try await self.admin.ask(request, as: SubscriptionDetails.self, options)
    }

    /// Whether servers find what has this name over HTTP: they decode a path before they look what it names.
    private static func isFound(_ name: String) -> Bool {
        name != "." && name != ".." && !name.contains { "/?#\\".contains($0) }
    }
}
