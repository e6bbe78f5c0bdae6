extension Client {
    /// Has the server reclaim the space of events that were deleted or truncated away. For administrators and operators.
    ///
    /// Servers up to 4.x answer when they are done, which may take hours; later ones when they have begun.
    ///
    /// - Parameter options: credentials of this call, and its timeout, which is a day unless it says otherwise.
    /// - Throws: ``PhotonPumpError``, among others ``PhotonPumpError/Code/accessDenied``. Cancelling the task ends the
    ///   wait, not the scavenge.
    @discardableResult
    public nonisolated func scavenge(options: CallOptions = CallOptions()) async throws -> ScavengeOutcome {
        var options = options
        options.timeout = options.timeout ?? .seconds(86_400)
        return try await self.perform(Scavenge(), options)
    }
}
