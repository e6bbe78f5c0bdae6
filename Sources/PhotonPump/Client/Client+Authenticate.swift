internal import PhotonPumpWire

extension Client {
    /// Switches to another user, on this connection and all later ones. Calls in flight keep the user they began with.
    ///
    /// The server is asked about the user first, so if it refuses the user nothing changes. If the client was created
    /// with a closure that provides credentials, the next connection asks that closure again.
    ///
    /// - Parameters:
    ///   - credentials: the user.
    ///   - timeout: the time limit; nil means ``Configuration/operationTimeout``.
    /// - Throws: ``PhotonPumpError``, with ``PhotonPumpError/Code/notAuthenticated`` if the server does not accept the
    ///   user or password, and ``PhotonPumpError/Code/invalidArgument`` if either is empty or too long.
    public func changeCredentials(to credentials: Credentials, timeout: Duration? = nil) async throws {
        let terms = try self.terms(CallOptions(timeout: timeout, credentials: credentials))
        do {
            // Servers of the 4.x and 5.x lines leave a connection whose user they refuse without any, so a read tries
            // the user first.
            let message = ReadEvent(stream: "$users", eventNumber: 0, resolveLinks: false, requireMaster: false)
            _ = try await self.perform(ReadOneEvent(message: message), terms)
        } catch let error as PhotonPumpError {
            // Only a known user is denied access or told that nothing is there.
            guard [.accessDenied, .streamNotFound, .streamDeleted, .eventNotFound].contains(error.code) else {
                throw error
            }
        }
        self.login = terms.login
        try await self.perform(Authenticate(), terms)
    }
}
