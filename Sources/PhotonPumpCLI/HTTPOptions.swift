import ArgumentParser
import PhotonPump

/// Where to send a request that is made over HTTP.
struct HTTPOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The HTTP port of the server that a tcp:// or tls:// URL names.", valueName: "port"))
    var httpPort = Endpoint.defaultGossipPort

    func validate() throws { try check("http-port", self.httpPort, in: 1...65535) }

    /// Makes a request over HTTP. Where nobody answers at the port, the error names the option for it.
    func request<Answer>(
        _ configuration: Client.Configuration, _ body: () async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await body()
        } catch let error as PhotonPumpError
            where [.connectionFailed, .discoveryFailed].contains(error.code) || error.isUnanswered
        {
            guard case .node = configuration.target else { throw error }
            throw Unanswered(error: error)
        }
    }
}

extension PhotonPumpError {
    /// Whether the time of a request was up, rather than that of a wait for something else.
    fileprivate var isUnanswered: Bool { self.code == .timedOut && self.http.map { $0.status == nil } ?? false }
}

/// Nobody has answered over HTTP.
private struct Unanswered: Error, CustomStringConvertible {
    let error: PhotonPumpError

    var description: String { "\(self.error) (if the server has another HTTP port, give --http-port)" }
}
