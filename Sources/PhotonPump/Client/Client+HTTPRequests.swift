internal import PhotonPumpTransport
internal import PhotonPumpWire

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
        let operation = "get info of subscription '\(group)' to '\(stream)'"
        let body = try await self.ask(.get, "info", group, stream, httpPort, terms, operation)
        do {
            return try PersistentSubscriptionInfo(json: body)
        } catch {
            throw PhotonPumpError(
                .unreadableReply, "the server's answer cannot be read", during: operation, stream: stream,
                underlying: error)
        }
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
        let operation = "replay the parked events of subscription '\(group)' to '\(stream)'"
        _ = try await self.ask(.post, "replayParked", group, stream, httpPort, self.terms(options), operation)
    }

    private func ask(
        _ method: HTTPRequest.Method, _ page: String, _ group: String, _ stream: String, _ httpPort: Int,
        _ terms: CallTerms, _ operation: String
    ) async throws -> [UInt8] {
        try Arguments.check(stream: stream)
        try Arguments.check(group: group, stream: stream)
        let login = try await self.loginOverHTTP(terms, operation)
        let (environment, http) = (self.environment, self.context.http)
        let pages = ServerPages(
            configuration: self.configuration, httpPort: httpPort, login: login,
            // The search for the master and its address counts, too: the call's own limit is what ends it.
            timeout: terms.remaining + .seconds(1), environment: environment, getter: http, logger: self.logger
        ) {
            try await ClusterDiscovery(once: $0, $1, environment, http: http).readGossip()
        }
        return try await self.perform(terms, operation, stream: stream) {
            try await pages.ask(method, ["subscriptions", stream, group, page], operation: operation, stream: stream)
        }
    }

    /// The user of a request over HTTP: that of the call, or that of the connection; without one, the user it would be
    /// made for.
    ///
    /// - Throws: ``PhotonPumpError``, or `CancellationError`.
    private func loginOverHTTP(_ terms: CallTerms, _ operation: String) async throws -> Login? {
        if let login = terms.login { return login }
        if self.connections.serving != nil { return self.connections.login }
        let (finder, time) = (self.search.finder, terms.deadline - terms.started)
        guard finder.hasProvider else { return self.connections.login }
        let overdue = PhotonPumpError(
            .timedOut, "the credentials provider has not returned within \(time.words)", during: operation)
        let answer = try await self.outcome(Outcome<NodeFinder.Answer?>(), until: terms.deadline, overdue) {
            try await finder.askForCredentials()
        }
        return try answer?.value?.checked()
    }

    /// Makes a request that does not use the connection, within the limits of a call.
    private func perform(
        _ terms: CallTerms, _ operation: String, stream: String,
        _ request: @escaping @Sendable () async throws -> [UInt8]
    ) async throws -> [UInt8] {
        if self.isOver || (self.isRefusing && !terms.isContinued) {
            throw self.closedError("the client is closed").during(operation, stream: stream)
        }
        let (id, outcome) = (self.nextID(), Outcome<[UInt8]>())
        self.workers.begin(outcome, id)
        defer {
            self.workers.end(request: id)
            self.lookWhetherDrained()
        }
        do {
            let overdue = PhotonPumpError(
                .timedOut, "no answer within \((terms.deadline - terms.started).words)", during: operation,
                stream: stream)
            return try await self.outcome(outcome, until: terms.deadline, overdue, request)
        } catch var error as PhotonPumpError {
            if error.code == .clientClosed { error = error.during(operation, stream: stream) }
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
