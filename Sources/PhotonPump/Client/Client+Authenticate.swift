internal import PhotonPumpWire

extension Client {
    /// Becomes another user, on this connection and all that follow; calls that are under way end as whom they began.
    ///
    /// The server is asked about the user before anything changes, so a user it does not accept changes nothing. A client
    /// that was made with a closure that gives credentials asks that again for its next connection.
    ///
    /// - Parameters:
    ///   - credentials: the user.
    ///   - timeout: how long that may take; nil means ``Configuration/operationTimeout``.
    /// - Throws: ``PhotonPumpError``, with ``PhotonPumpError/Code/notAuthenticated`` when the server does not accept the
    ///   user or password and ``PhotonPumpError/Code/invalidArgument`` for one that is empty or too long.
    public func changeCredentials(to credentials: Credentials, timeout: Duration? = nil) async throws {
        let terms = try self.terms(CallOptions(timeout: timeout, credentials: credentials))
        do {
            // A connection whose user is refused is left without one (4.x, 5.x), so a read finds out first.
            let message = ReadEvent(stream: "$users", eventNumber: 0, resolveLinks: false, requireMaster: false)
            _ = try await self.perform(ReadOneEvent(message: message), terms)
        } catch let error as PhotonPumpError {
            // Whoever is denied access, or told that there is nothing, is known.
            guard [.accessDenied, .streamNotFound, .streamDeleted, .eventNotFound].contains(error.code) else {
                throw error
            }
        }
        self.login = terms.login
        try await self.perform(Authenticate(), terms)
    }
}
