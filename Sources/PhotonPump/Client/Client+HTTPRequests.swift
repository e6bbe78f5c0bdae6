internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// Requests that servers support over HTTP only.
extension Client {
    /// Reads the state of a persistent subscription. The request is made over HTTP; in a cluster, to the master.
    ///
    /// - Parameters:
    ///   - group: the name of the persistent subscription.
    ///   - stream: the stream whose events it delivers.
    ///   - httpPort: the server's HTTP port, used if gossip does not tell it. 2113 by default.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/subscriptionNotFound``,
    ///   ``PhotonPumpError/Code/accessDenied``, ``PhotonPumpError/Code/connectionFailed``,
    ///   ``PhotonPumpError/Code/timedOut`` or ``PhotonPumpError/Code/clientClosed``; or `CancellationError`.
    public func subscriptionInfo(
        _ group: String,
        to stream: String,
        httpPort: Int = Endpoint.defaultGossipPort,
        options: CallOptions = CallOptions()
    ) async throws -> PersistentSubscriptionInfo {
        try await self.info(group, to: stream, httpPort, self.terms(options))
    }

    /// The same for a call that began earlier and consists of several requests.
    func info(
        _ group: String, to stream: String, _ httpPort: Int, _ terms: CallTerms
    ) async throws -> PersistentSubscriptionInfo {
        let request = try Self.request(
            .get, "info", group, stream, "get info of subscription '\(group)' to '\(stream)'")
        let answer = try await self.answer(to: request, httpPort, terms)
        return try self.read(answer, request) { try PersistentSubscriptionInfo(json: $0) }
    }

    /// Has the server deliver parked events again. The request is made over HTTP; in a cluster, to the master.
    ///
    /// - Parameters:
    ///   - group: the name of the persistent subscription.
    ///   - stream: the stream whose events it delivers.
    ///   - httpPort: the server's HTTP port, used if gossip does not tell it. 2113 by default.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: as ``subscriptionInfo(_:to:httpPort:options:)``.
    public func replayParkedEvents(
        of group: String,
        to stream: String,
        httpPort: Int = Endpoint.defaultGossipPort,
        options: CallOptions = CallOptions()
    ) async throws {
        let request = try Self.request(
            .post, "replayParked", group, stream, "replay the parked events of subscription '\(group)' to '\(stream)'")
        _ = try await self.answer(to: request, httpPort, self.terms(options))
    }

    private static func request(
        _ method: HTTPMethod, _ page: String, _ group: String, _ stream: String, _ operation: String
    ) throws -> ServerRequest {
        try Arguments.check(stream: stream)
        try Arguments.check(group: group, stream: stream)
        var request = ServerRequest(operation, method, ["subscriptions", stream, group, page])
        request.stream = stream
        request.meaning = { $0.status == 404 ? (.subscriptionNotFound, "there is no such subscription") : nil }
        return request
    }

    /// Makes a request over HTTP; in a cluster, of the master.
    ///
    /// - Parameter httpPort: the server's HTTP port, used if gossip does not tell it.
    /// - Returns: the answer, which is a success.
    /// - Throws: ``PhotonPumpError``, or `CancellationError`.
    package func answer(to request: ServerRequest, httpPort: Int, options: CallOptions) async throws -> ServerAnswer {
        try await self.answer(to: request, httpPort, self.terms(options))
    }

    /// The value that an answer stands for.
    ///
    /// - Throws: ``PhotonPumpError/Code/unreadableReply`` with the error of `read`.
    package nonisolated func read<Value>(
        _ answer: ServerAnswer, _ request: ServerRequest, _ read: ([UInt8]) throws -> Value
    ) throws(PhotonPumpError) -> Value {
        do {
            return try read(answer.body)
        } catch {
            var unreadable = PhotonPumpError(
                .unreadableReply, "the server's answer cannot be read", during: request.operation,
                stream: request.stream, underlying: error)
            unreadable.http = PhotonPumpError.HTTPExchange(
                method: request.method.rawValue, path: request.target, status: answer.status)
            throw unreadable
        }
    }

    private func answer(to request: ServerRequest, _ httpPort: Int, _ terms: CallTerms) async throws -> ServerAnswer {
        let login = try await self.loginOverHTTP(terms, request.operation)
        do {
            return try await self.answer(to: request, httpPort, terms, as: login)
        } catch let error as PhotonPumpError where error.code == .accessDenied && terms.login == nil {
            // Since the connection was made its user may have got another password.
            let provided = try await self.askForLogin(terms, request.operation)
            guard let provided, provided != login else { throw error }
            return try await self.answer(to: request, httpPort, terms, as: provided)
        }
    }

    private func answer(
        to request: ServerRequest, _ httpPort: Int, _ terms: CallTerms, as login: Login?
    ) async throws -> ServerAnswer {
        let (environment, http) = (self.environment, self.context.http)
        let asked = AskedNode()
        var pages = ServerPages(
            configuration: self.configuration, httpPort: httpPort, login: login,
            // The search for the master and its address counts, too: the call's own limit is what ends it.
            timeout: terms.remaining + .seconds(1), environment: environment, getter: http, logger: self.logger
        ) {
            try await ClusterDiscovery(once: $0, $1, environment, http: http).readGossip()
        }
        pages.onAsking = { asked.note($0) }
        return try await self.perform(terms, request, asked) { [pages] in try await pages.answer(to: request) }
    }

    /// The user of a request over HTTP: that of the call, or that of the connection; without one, the user it would be
    /// made for.
    ///
    /// - Throws: ``PhotonPumpError``, or `CancellationError`.
    private func loginOverHTTP(_ terms: CallTerms, _ operation: String) async throws -> Login? {
        if let login = terms.login { return login }
        guard self.connections.serving == nil, self.search.finder.hasProvider else { return self.connections.login }
        return try await self.askForLogin(terms, operation)
    }

    /// The user that the provider of credentials names; nil if there is none.
    private func askForLogin(_ terms: CallTerms, _ operation: String) async throws -> Login? {
        let (finder, time) = (self.search.finder, terms.deadline - terms.started)
        let overdue = PhotonPumpError(
            .timedOut, "the credentials provider has not returned within \(time.words)", during: operation)
        let answer = try await self.outcome(Outcome<NodeFinder.Answer?>(), until: terms.deadline, overdue) {
            try await finder.askForCredentials()
        }
        return try answer?.value?.checked()
    }

    /// Makes a request that does not use the connection, within the limits of a call.
    private func perform(
        _ terms: CallTerms, _ request: ServerRequest, _ asked: AskedNode,
        _ work: @escaping @Sendable () async throws -> ServerAnswer
    ) async throws -> ServerAnswer {
        if self.isOver || (self.isRefusing && !terms.isContinued) {
            throw self.closedError("the client is closed").during(request.operation, stream: request.stream)
        }
        let (id, outcome) = (self.nextID(), Outcome<ServerAnswer>())
        self.workers.begin(outcome, id)
        defer {
            self.workers.end(request: id)
            self.lookWhetherDrained()
        }
        do {
            let overdue = PhotonPumpError(
                .timedOut, "no answer within \((terms.deadline - terms.started).words)", during: request.operation,
                stream: request.stream)
            return try await self.outcome(outcome, until: terms.deadline, overdue, work)
        } catch var error as PhotonPumpError {
            if error.code == .clientClosed { error = error.during(request.operation, stream: request.stream) }
            if error.http == nil {
                // It may be under way.
                error.http = .init(method: request.method.rawValue, path: request.target, status: nil)
                let node = asked.node
                error.endpoint = error.endpoint ?? node.map { "\($0)" }
                error.mayHaveBeenApplied =
                    node != nil && request.changesSomething && [.timedOut, .clientClosed].contains(error.code)
                error.isSafeToRepeat = request.isSafeToRepeat
            }
            error.elapsed = terms.elapsed
            throw error
        }
    }

    /// Waits for work that ends with this outcome, unless something else does: the deadline, or the end of the client.
    ///
    /// - Throws: `CancellationError` if the task is cancelled. The work is cancelled in any case.
    private func outcome<Output: Sendable>(
        _ outcome: Outcome<Output>, until deadline: Environment.Instant, _ overdue: PhotonPumpError,
        _ work: @escaping @Sendable () async throws -> Output
    ) async throws -> Output {
        let task = self.environment.task {
            do {
                outcome.resolve(.success(try await work()))
            } catch {
                outcome.resolve(.failure(error))
            }
        }
        let timer = self.context.timer(at: deadline) {
            outcome.resolve(.failure(overdue))
        }
        defer {
            task.cancel()
            // The timer fires only while it is retained.
            withExtendedLifetime(timer) {}
        }
        return try await outcome.wait()
    }
}

/// The node that was asked last.
private final class AskedNode: Sendable {
    private let state = Mutex<Endpoint?>(nil)

    var node: Endpoint? { self.state.withLock { $0 } }

    func note(_ node: Endpoint) { self.state.withLock { $0 = node } }
}
