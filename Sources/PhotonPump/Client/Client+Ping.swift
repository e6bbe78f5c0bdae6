internal import PhotonPumpTransport

extension Client {
    /// Sends a ping through the server's request queue and waits for the answer. Cancelling the task ends the wait.
    ///
    /// - Parameter options: the timeout and credentials of this call.
    /// - Returns: the time it took.
    /// - Throws: ``PhotonPumpError``, with ``PhotonPumpError/Code/notAuthenticated`` if the user's password has changed
    ///   since connecting.
    @discardableResult
    public nonisolated func ping(options: CallOptions = CallOptions()) async throws -> Duration {
        let start = self.environment.now
        try await self.perform(SendPing(), options)
        return self.environment.now - start
    }
}
