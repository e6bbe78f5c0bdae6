internal import PhotonPumpTransport

/// Looks up names.
enum AddressLookup {
    /// The system's resolver cannot be interrupted, but we need not wait for it.
    private static let patience: Duration = .seconds(5)

    /// All numeric addresses of a host, in the order the system prefers. Cancelling the task ends the wait.
    ///
    /// - Throws: `SocketError` if the name is unknown or cannot be looked up, or `CancellationError`.
    static func addresses(of endpoint: Endpoint, _ environment: Environment) async throws -> [String] {
        try await self.answer(about: endpoint.host, environment) { executor, outcome in
            environment.addresses(of: endpoint.host, endpoint.port, on: executor) { result in
                outcome.resolve(result.map { $0.map(\.host) }.mapError { $0 })
            }
        }
    }

    /// The servers of a service, in the order in which they are to be tried. Cancelling the task ends the wait.
    ///
    /// - Throws: as ``addresses(of:_:)``.
    static func servers(of service: String, _ environment: Environment) async throws -> [Endpoint] {
        let records = try await self.answer(about: service, environment) { executor, outcome in
            environment.servers(of: service, on: executor) { outcome.resolve($0.mapError { $0 }) }
        }
        var generator = environment.randomness
        return records.inOrder(using: &generator).map { Endpoint(host: $0.host, port: $0.port) }
            .filter { Endpoint.isHost($0.host) }
    }

    private static func answer<Answer: Sendable>(
        about name: String, _ environment: Environment, _ ask: (QueueExecutor, Outcome<Answer>) -> Void
    ) async throws -> Answer {
        let executor = environment.executor(label: "photonpump.lookup")
        let outcome = Outcome<Answer>()
        ask(executor, outcome)
        environment.run(after: self.patience, on: executor) {
            let reason = "no answer within \(self.patience)"
            outcome.resolve(.failure(SocketError("resolve", reason: reason, address: name)))
        }
        return try await outcome.wait()
    }
}
