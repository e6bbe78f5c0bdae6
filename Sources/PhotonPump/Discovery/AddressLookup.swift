internal import PhotonPumpTransport

/// Looks up the numeric addresses of a name.
enum AddressLookup {
    /// The system's resolver cannot be interrupted, but we need not wait for it.
    private static let patience: Duration = .seconds(5)

    /// All addresses, in the order the system prefers. Cancelling the task ends the wait.
    ///
    /// - Throws: `SocketError` if the name is unknown or cannot be looked up, or `CancellationError`.
    static func addresses(of endpoint: Endpoint, _ environment: Environment) async throws -> [String] {
        let executor = environment.executor(label: "photonpump.lookup")
        let outcome = Outcome<[String]>()
        environment.addresses(of: endpoint.host, endpoint.port, on: executor.queue) { result in
            outcome.resolve(result.map { $0.map(\.host) }.mapError { $0 })
        }
        environment.run(after: self.patience, on: executor) {
            let reason = "no answer within \(self.patience)"
            outcome.resolve(.failure(SocketError("resolve", reason: reason, address: endpoint.host)))
        }
        return try await outcome.wait()
    }
}
