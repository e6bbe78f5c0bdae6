internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// Requests that servers support over HTTP only, made as a client with these settings would.
struct ServerPages {
    let configuration: Client.Configuration
    /// For a single server; in a cluster, gossip gives the master's port.
    let httpPort: Int
    let login: Login?
    let timeout: Duration
    var environment = Environment.system
    var getter: any HTTPGetter = CurlGetter()
    var logger = Logger(label: "PhotonPump") { _ in SwiftLogNoOpLogHandler() }
    var readGossip: @Sendable (Client.Configuration, Logger) async throws -> ClusterGossip = {
        try await ClusterDiscovery(once: $0, $1).readGossip()
    }

    /// Requests a page, whose path consists of these components.
    ///
    /// - Returns: the server's answer, which is a success.
    /// - Throws: ``PhotonPumpError``, or `CancellationError`.
    func ask(_ method: HTTPRequest.Method, _ path: [String], operation: String, stream: String?) async throws -> [UInt8]
    {
        if path.contains(where: Self.isStep) {
            throw PhotonPumpError(.subscriptionNotFound, Self.mistake, during: operation, stream: stream)
        }
        if let name = self.login?.name, name.contains(where: { $0 == ":" || $0 == "\0" }) {
            // What follows would be taken for a part of the password, and tried as somebody else.
            throw PhotonPumpError(
                .invalidArgument, "over HTTP a user's name cannot contain ':' or NUL", during: operation,
                stream: stream)
        }
        let endpoint = try await self.endpoint()
        let answer: HTTPResponse
        do {
            guard let address = try await AddressLookup.addresses(of: endpoint, self.environment).first else {
                throw HTTPFailure(description: "the name has no address")
            }
            let request = HTTPRequest(
                endpoint: endpoint,
                address: address,
                localAddress: self.configuration.socket.localAddress,
                tls: self.tls,
                hostHeader: self.configuration.discovery.hostHeader,
                path: path.map { "/\(PercentEncoding.encode($0))" }.joined(),
                timeout: self.timeout,
                method: method,
                login: self.login
            )
            answer = try await self.getter.get(request)
        } catch {
            try Task.checkCancellation()
            var failure = PhotonPumpError(
                .connectionFailed, self.problem, during: operation, stream: stream, underlying: error)
            failure.endpoint = "\(endpoint)"
            throw failure
        }
        guard (200..<300).contains(answer.status) else {
            throw Self.refusal(answer, operation, stream: stream, endpoint, path)
        }
        return answer.body
    }

    private var gossipUsesTLS: Bool { self.configuration.discovery.gossipOverTLS ?? (self.configuration.tls != nil) }

    /// Whether there is something that nobody else may see, where there is TLS to keep it from them.
    private var isSecret: Bool { self.login != nil && self.configuration.tls != nil }

    /// As gossip does it, except that credentials go without TLS only if that is allowed.
    private var tls: TLSSettings? {
        guard self.gossipUsesTLS || (self.isSecret && self.configuration.tls?.allowsCredentialsInClear == false) else {
            return nil
        }
        return self.configuration.tls ?? TLSSettings()
    }

    /// What it means that there is no answer.
    private var problem: String {
        self.gossipUsesTLS || self.tls == nil
            ? "the request over HTTP failed"
            : "the request over HTTPS failed, and credentials are not sent without TLS (see tls.allowsCredentialsInClear)"
    }

    /// - Throws: also if this host, of which only gossip tells, must not get credentials in clear: whoever forges gossip
    ///   would have them sent anywhere.
    private func check(_ master: Endpoint) async throws {
        guard self.isSecret, self.tls == nil else { return }
        for seed in self.configuration.target.endpoints {
            if seed.host == master.host { return }
            // A seed without an address is not it.
            if let addresses = try? await AddressLookup.addresses(of: seed, self.environment),
                addresses.contains(master.host)
            {
                return
            }
            try Task.checkCancellation()
        }
        var error = PhotonPumpError(
            .discoveryFailed,
            "credentials are not sent in clear to a master that only gossip without TLS names: name it in the settings")
        error.endpoint = "\(master)"
        throw error
    }

    private func endpoint() async throws -> Endpoint {
        if case .node(let endpoint) = self.configuration.target {
            return Endpoint(host: endpoint.host, port: self.httpPort)
        }
        let members = try await self.readGossip(self.configuration, self.logger).members
        guard let master = members.first(where: { $0.state == .master && $0.isAlive })?.http else {
            throw PhotonPumpError(.discoveryFailed, "gossip names no live master with an HTTP interface")
        }
        try await self.check(master)
        return master
    }

    private static func refusal(
        _ answer: HTTPResponse, _ operation: String, stream: String?, _ endpoint: Endpoint, _ path: [String]
    ) -> PhotonPumpError {
        let (code, problem): (PhotonPumpError.Code, String) =
            switch answer.status {
            case 401, 403: (.accessDenied, "access denied")
            case 404:
                (
                    .subscriptionNotFound,
                    path.contains(where: self.isMistaken) ? self.mistake : "there is no such subscription"
                )
            case 300..<400, 503: (.notHandled, "the node did not handle the request (status \(answer.status))")
            default: (.serverError, "the server answered with status \(answer.status)")
            }
        // The text that comes with a more specific status is meant for machines.
        let words = code == .serverError ? String(decoding: answer.body.prefix(1000), as: UTF8.self) : nil
        var error = PhotonPumpError(code, problem, during: operation, stream: stream, serverMessage: words)
        error.endpoint = "\(endpoint)"
        return error
    }

    /// Whether servers take a part of this for something else, even if it is escaped: they decode a path before they look
    /// what it names.
    private static func isMistaken(_ part: String) -> Bool { part.contains { "/?#\\".contains($0) } }

    /// Whether this is a step within a path, to libcurl and to servers, so that another page would be asked for.
    private static func isStep(_ part: String) -> Bool { part == "." || part == ".." }

    private static let mistake = """
        servers do not find a subscription over HTTP if its name, or its stream's, is '.' or '..', or contains '/', '?', \
        '#' or '\\'
        """
}
