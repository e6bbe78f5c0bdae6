internal import PhotonPumpWire

extension Client {
    /// Switches to another user, on this connection and all later ones. Calls in flight keep the user they began with.
    ///
    /// The server is asked about the user first, so nothing changes unless it confirms the user: not if it refuses, and
    /// not if this call fails for another reason. If the client was created
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
        try await self.authenticate(terms)
    }

    /// Makes the user of these terms that of the connection, and of later ones as soon as the server has confirmed it: in
    /// the same turn, so that no connection made meanwhile has the other one.
    private nonisolated func authenticate(_ terms: CallTerms) async throws {
        let (id, outcome) = (self.nextID(), Outcome<Void>())
        let exchange = Exchange(Authenticate(), id: id, terms: terms) { [weak self] result in
            if case .success = result { self?.assumeIsolated { $0.confirmed(terms.login) } }
            outcome.resolve(result)
        }
        self.begin(exchange)
        try await withTaskCancellationHandler {
            try await outcome.value()
        } onCancel: {
            self.cancel(id)
        }
    }

    private func confirmed(_ login: Login?) {
        self.connections.confirmed(login)
    }
}
