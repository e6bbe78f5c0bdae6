internal import Dispatch
internal import PhotonPumpTransport

/// Looks up the numeric addresses of a name.
enum AddressLookup {
    private static let queue = DispatchQueue(label: "photonpump.lookup")
    /// The system's resolver cannot be interrupted, but we need not wait for it.
    private static let patience: Duration = .seconds(5)

    /// All addresses, in the order the system prefers. Cancelling the task ends the wait.
    ///
    /// - Throws: `SocketError` if the name is unknown or cannot be looked up, or `CancellationError`.
    static func addresses(of endpoint: Endpoint) async throws -> [String] {
        let outcome = Outcome<[String]>()
        AddressResolver.resolve(host: endpoint.host, port: endpoint.port, on: self.queue) { result in
            outcome.settle(result.map { $0.map(\.host) }.mapError { $0 })
        }
        self.queue.asyncAfter(deadline: .now() + .seconds(Int(self.patience.components.seconds))) {
            let reason = "no answer within \(self.patience)"
            outcome.settle(.failure(SocketError("resolve", reason: reason, address: endpoint.host)))
        }
        return try await outcome.wait()
    }
}
