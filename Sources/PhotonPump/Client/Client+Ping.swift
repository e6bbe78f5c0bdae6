extension Client {
    /// Sends a Ping through the server's queue of requests and waits for its Pong. Cancelling the task ends the wait.
    ///
    /// - Returns: how long that took.
    /// - Throws: ``PhotonPumpError``, with ``PhotonPumpError/Code/notAuthenticated`` when the user's password was
    ///   changed since connecting.
    @discardableResult
    public nonisolated func ping() async throws -> Duration {
        let start = ContinuousClock.now
        try await self.perform(SendPing())
        return ContinuousClock.now - start
    }
}
