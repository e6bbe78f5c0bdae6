extension Client {
    /// Makes the server reclaim the space of deleted and truncated events. Only administrators and operators may do
    /// this.
    ///
    /// Servers up to 4.x answer when they are done, which may take hours; later ones answer when they have begun.
    ///
    /// - Parameter options: the credentials and the timeout of this call, which is a day unless given.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/accessDenied``. Cancelling the task ends the wait,
    ///   not the scavenge.
    @discardableResult
    public nonisolated func scavenge(options: CallOptions = CallOptions()) async throws -> ScavengeOutcome {
        var options = options
        options.timeout = options.timeout ?? .seconds(86_400)
        return try await self.perform(Scavenge(), options)
    }
}
