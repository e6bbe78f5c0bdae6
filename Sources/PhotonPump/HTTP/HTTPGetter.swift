internal import PhotonPumpWire

/// Asks HTTP servers for documents, or to do something.
protocol HTTPGetter: Sendable {
    /// The server's answer, whatever its status. Cancelling the task gives the request up at once.
    ///
    /// - Throws: ``HTTPFailure`` when there is none, or `CancellationError`.
    func get(_ request: HTTPRequest) async throws -> HTTPResponse
}

struct HTTPRequest: Sendable, Hashable {
    /// What is connected to is `address`; the host is what the server is called.
    let endpoint: Endpoint
    /// Numeric.
    let address: String
    /// nil for HTTP, without TLS.
    let tls: TLSSettings?
    /// From `/` on, with the query.
    let path: String
    let timeout: Duration
    var method = Method.get
    /// As whom to ask; nil to stay anonymous.
    var login: Login?

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
    /// Whether asking the same server with the same settings again must fail the same way.
    var isPermanent = false
}
