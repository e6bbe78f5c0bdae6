internal import Logging
internal import PhotonPumpSystem
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// Requests that servers support over HTTP only, made as a client with these settings would.
struct ServerPages {
    let configuration: Client.Configuration
    /// For a single server; in a cluster, gossip gives the master's port.
    let httpPort: Int
    let login: Login?
    let timeout: Duration
    /// Learns which nodes are asked.
    var onAsking: @Sendable (Endpoint) -> Void = { _ in }
    var environment = Environment.system
    var getter: any HTTPGetter = CurlGetter()
    var logger = Logger(label: "PhotonPump") { _ in SwiftLogNoOpLogHandler() }
    var readGossip: @Sendable (Client.Configuration, Logger) async throws -> ClusterGossip = {
        try await ClusterDiscovery(once: $0, $1).readGossip()
    }

    /// How often a server may refer to another one.
    private static let redirectLimit = 3

    /// Makes a request, and makes it again of another node of the cluster if the one that was asked refers to that.
    ///
    /// - Returns: the server's answer, which is a success.
    /// - Throws: ``PhotonPumpError``, or `CancellationError`.
    func answer(to request: ServerRequest) async throws -> ServerAnswer {
        if request.path.contains(where: Self.isStep) { throw self.missing(request) }
        if let name = self.login?.name, name.contains(where: { $0 == ":" || $0 == "\0" }) {
            // What follows would be taken for a part of the password, and tried as somebody else.
            throw PhotonPumpError(
                .invalidArgument, "over HTTP a user's name cannot contain ':' or NUL", during: request.operation,
                stream: request.stream)
        }
        var members: [ClusterMember]?
        var asked = ServerAddress(request, at: try await self.endpoint(request, &members))
        for _ in 0...Self.redirectLimit {
            let answer = try await self.ask(request, asked)
            if (200..<300).contains(answer.status) { return answer }
            guard request.followsRedirects, let next = asked.redirected(by: answer) else {
                throw self.refusal(request, answer, asked)
            }
            if next.endpoint != asked.endpoint {
                guard next.path == asked.path else {
                    throw self.failure(
                        .notHandled, "the node refers to \(next.endpoint) for something else than it was asked for",
                        request, asked, status: answer.status)
                }
                try await self.checkMembership(of: next, asked, request, &members)
            }
            asked = next
        }
        throw self.failure(.notHandled, "the nodes refer to one another", request, asked)
    }

    private func ask(_ request: ServerRequest, _ asked: ServerAddress) async throws -> ServerAnswer {
        self.onAsking(asked.endpoint)
        do {
            guard let address = try await AddressLookup.addresses(of: asked.endpoint, self.environment).first else {
                throw HTTPFailure(description: "the name has no address")
            }
            let answer = try await self.getter.get(
                HTTPRequest(
                    endpoint: asked.endpoint,
                    address: address,
                    localAddress: self.configuration.socket.localAddress,
                    tls: self.tls,
                    hostHeader: self.configuration.discovery.hostHeader,
                    path: asked.target,
                    timeout: self.timeout,
                    method: asked.method,
                    body: asked.method == request.method ? request.body : nil,
                    login: self.login,
                    answerLimit: request.answerLimit
                ))
            return ServerAnswer(status: answer.status, headers: answer.headers, body: answer.body)
        } catch {
            try Task.checkCancellation()
            var failure = self.failure(.connectionFailed, self.problem, request, asked, underlying: error)
            failure.mayHaveBeenApplied =
                request.changesSomething && (error as? HTTPFailure)?.mayHaveArrived ?? false
            throw failure
        }
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

    private func endpoint(_ request: ServerRequest, _ members: inout [ClusterMember]?) async throws -> Endpoint {
        if let node = request.node { return node }
        if case .node(let endpoint) = self.configuration.target {
            return Endpoint(host: endpoint.host, port: self.httpPort)
        }
        let gossip = try await self.readGossip(self.configuration, self.logger).members
        members = gossip
        guard let master = gossip.first(where: { $0.state == .master && $0.isAlive })?.http else {
            throw PhotonPumpError(.discoveryFailed, "gossip names no live master with an HTTP interface")
        }
        try await self.check(master)
        return master
    }

    /// - Throws: if gossip does not name the node that the one that was asked refers to: a request with credentials must
    ///   not be led anywhere else.
    private func checkMembership(
        of next: ServerAddress, _ asked: ServerAddress, _ request: ServerRequest, _ members: inout [ClusterMember]?
    ) async throws {
        if members == nil {
            var configuration = self.configuration
            configuration.target = .cluster(gossip: [asked.endpoint])
            do {
                members = try await self.readGossip(configuration, self.logger).members
            } catch {
                try Task.checkCancellation()
                throw self.failure(
                    .notHandled, "the node refers to \(next.endpoint), and its gossip cannot be read to check that",
                    request, asked, underlying: error)
            }
        }
        guard members?.contains(where: { $0.http == next.endpoint }) == true else {
            throw self.failure(
                .notHandled, "the node refers to \(next.endpoint), which gossip does not name as a node of the cluster",
                request, asked)
        }
        try await self.check(next.endpoint)
    }

    // MARK: Failures

    private func failure(
        _ code: PhotonPumpError.Code, _ problem: String, _ request: ServerRequest, _ asked: ServerAddress,
        status: Int? = nil, words: String? = nil, underlying: (any Error)? = nil
    ) -> PhotonPumpError {
        var error = PhotonPumpError(
            code, problem, during: request.operation, stream: request.stream, serverMessage: words,
            underlying: underlying)
        error.endpoint = "\(asked.endpoint)"
        error.http = PhotonPumpError.HTTPExchange(method: asked.method.rawValue, path: asked.target, status: status)
        error.isSafeToRepeat = request.isSafeToRepeat
        return error
    }

    private func refusal(_ request: ServerRequest, _ answer: ServerAnswer, _ asked: ServerAddress) -> PhotonPumpError {
        let usual: (code: PhotonPumpError.Code, problem: String) =
            switch answer.status {
            case 400, 405, 406, 411, 413, 414, 415: (.badRequest, "the server does not accept the request")
            case 401, 403: (.accessDenied, "access denied")
            case 404: (.notFound, "the server has nothing of this name")
            case 408: (.serverTimeout, "the server has given up on the request")
            case 409: (.alreadyExists, "there is something of this name already")
            case 300..<400, 503: (.notHandled, "the node did not handle the request")
            default: (.serverError, "the server failed")
            }
        var (code, problem) = request.meaning(answer) ?? usual
        if answer.status == 404, request.path.contains(where: Self.isMistaken) { problem = Self.mistake }
        var error = self.failure(
            code, problem, request, asked, status: answer.status, words: answer.words(without: request.secrets))
        error.hide(self.login)
        error.mayHaveBeenApplied = request.changesSomething && code.leavesOutcomeOpen
        return error
    }

    /// What is not asked for, because something else would be.
    private func missing(_ request: ServerRequest) -> PhotonPumpError {
        let meaning = request.meaning(ServerAnswer(status: 404, headers: [:], body: []))
        return PhotonPumpError(
            meaning?.code ?? .notFound, Self.mistake, during: request.operation, stream: request.stream)
    }

    /// Whether servers take a part of this for something else, even if it is escaped: they decode a path before they look
    /// what it names.
    private static func isMistaken(_ part: String) -> Bool { part.contains { "/?#\\".contains($0) } }

    /// Whether this is a step within a path, to libcurl and to servers, so that another page would be asked for.
    private static func isStep(_ part: String) -> Bool { part == "." || part == ".." }

    private static let mistake = """
        servers find nothing over HTTP whose name, or whose stream's name, is '.' or '..', or contains '/', '?', '#' or \
        '\\'
        """
}

/// Where a request goes.
private struct ServerAddress {
    let endpoint: Endpoint
    let method: HTTPMethod
    /// From `/` on, including the query.
    let target: String
    /// What it asks for, however that is escaped.
    var path: String? { try? PercentEncoding.decode(String(self.target.prefix { $0 != "?" })) }

    init(_ request: ServerRequest, at endpoint: Endpoint) {
        (self.endpoint, self.method, self.target) = (endpoint, request.method, request.target)
    }

    private init(endpoint: Endpoint, method: HTTPMethod, target: String) {
        (self.endpoint, self.method, self.target) = (endpoint, method, target)
    }

    /// Where the answer refers to; nil if it does not.
    func redirected(by answer: ServerAnswer) -> ServerAddress? {
        guard [301, 302, 303, 307, 308].contains(answer.status), let location = answer.headers["location"],
            let url = URLComponents(string: location), url.scheme ?? "http" == "http" || url.scheme == "https",
            url.percentEncodedPath.hasPrefix("/")
        else { return nil }
        var endpoint = self.endpoint
        if let host = url.host {
            let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
            endpoint = Endpoint(
                host: isBracketed ? String(host.dropFirst().dropLast()) : host,
                port: url.port ?? (url.scheme == "https" ? 443 : 80))
        }
        // Whichever of the others a server uses, it means that somebody else is to do the same.
        return ServerAddress(
            endpoint: endpoint, method: answer.status == 303 ? .get : self.method,
            target: url.percentEncodedPath + (url.percentEncodedQuery.map { "?\($0)" } ?? ""))
    }
}
