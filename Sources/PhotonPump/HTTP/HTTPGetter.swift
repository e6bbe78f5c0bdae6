internal import PhotonPumpWire

/// Makes requests to HTTP servers.
protocol HTTPGetter: Sendable {
    /// The server's answer, whatever its status. Cancelling the task abandons the request at once.
    ///
    /// - Throws: ``HTTPFailure`` if there is no answer, or `CancellationError`.
    func get(_ request: HTTPRequest) async throws -> HTTPResponse
}

struct HTTPRequest: Sendable, Hashable {
    static let defaultAnswerLimit = 1 << 20

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
    var method = HTTPMethod.get
    /// Those that change something may have one.
    var body: HTTPBody?
    /// The user of the request; nil to stay anonymous.
    var login: Login?
    /// The most bytes that the whole answer may have, including its header.
    var answerLimit = Self.defaultAnswerLimit

    var host: String { self.hostHeader ?? "\(self.endpoint)" }
}

package enum HTTPMethod: String, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
}

package struct HTTPBody: Sendable, Hashable {
    package let type: String
    package let bytes: [UInt8]

    package init(type: String, _ bytes: [UInt8]) {
        self.type = type
        self.bytes = bytes
    }
}

struct HTTPResponse: Sendable, Equatable {
    let status: Int
    /// By names in lower case.
    var headers: [String: String] = [:]
    let body: [UInt8]
}

/// Why there is no answer.
struct HTTPFailure: Error, Equatable, CustomStringConvertible {
    let description: String
    /// Whether asking the same server again with the same settings would fail the same way.
    var isPermanent = false
    /// Whether the server may have the request nevertheless.
    var mayHaveArrived = false
}
