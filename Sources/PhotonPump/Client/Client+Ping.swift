extension Client {
    /// Sends a Ping through the server's queue of requests and waits for its Pong. Cancelling the task ends the wait.
    ///
    /// - Parameter options: timeout and credentials of this call.
    /// - Returns: how long that took.
    /// - Throws: ``PhotonPumpError``, with ``PhotonPumpError/Code/notAuthenticated`` when the user's password was
    ///   changed since connecting.
    @discardableResult
    public nonisolated func ping(options: CallOptions = CallOptions()) async throws -> Duration {
        let start = ContinuousClock.now
        try await self.perform(SendPing(), options)
        return ContinuousClock.now - start
    }
}
