internal import PhotonPumpWire

/// Makes requests to HTTP servers.
protocol HTTPGetter: Sendable {
    /// The server's answer, whatever its status. Cancelling the task abandons the request at once.
    ///
    /// - Throws: ``HTTPFailure`` if there is no answer, or `CancellationError`.
    func get(_ request: HTTPRequest) async throws -> HTTPResponse
}

struct HTTPRequest: Sendable, Hashable {
    /// The connection is made to `address`; the host is the server's name.
    let endpoint: Endpoint
    /// Numeric.
    let address: String
    /// That of this machine; nil for any.
    var localAddress: String?
    /// nil for HTTP, without TLS.
    let tls: TLSSettings?
    /// The `Host` header; nil for the endpoint.
    var hostHeader: String?
    /// From `/` on, including the query.
    let path: String
    let timeout: Duration
    var method = Method.get
    /// The user of the request; nil to stay anonymous.
    var login: Login?

    var host: String { self.hostHeader ?? "\(self.endpoint)" }

    enum Method {
        case get
        /// With an empty body.
        case post
    }
}

struct HTTPResponse: Sendable, Equatable {
    let status: Int
    let body: [UInt8]
}

/// Why there is no answer.
struct HTTPFailure: Error, Equatable, CustomStringConvertible {
    let description: String
    /// Whether asking the same server again with the same settings would fail the same way.
    var isPermanent = false
}
