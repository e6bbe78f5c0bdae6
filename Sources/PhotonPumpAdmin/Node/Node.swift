public import PhotonPump
internal import PhotonPumpSystem

/// One server.
///
/// Requests about a node are answered by that node alone; it is never taken for another one that it refers to.
public struct Node: Sendable {
    let admin: Admin
    /// nil for the configured server, or the master of the cluster.
    let endpoint: Endpoint?

    // MARK: What it says

    /// Its version and state. Everybody may ask.
    ///
    /// - Parameter options: the timeout and credentials of this call.
    /// - Throws: `PhotonPumpError`, such as `connectionFailed` or `timedOut`; or `CancellationError`.
    public func info(options: CallOptions = CallOptions()) async throws -> NodeInfo {
        try await self.admin.ask(self.request("get info of the node", .get, "info"), as: NodeInfo.self, options)
    }

    /// Returns if it answers.
    ///
    /// - Parameter options: the timeout and credentials of this call.
    /// - Throws: as ``info(options:)``.
    public func ping(options: CallOptions = CallOptions()) async throws {
        try await self.admin.ask(self.request("ping the node over HTTP", .get, "ping"), options)
    }

    /// Whether it is live and ready.
    ///
    /// - Parameter options: the timeout and credentials of this call.
    /// - Throws: `PhotonPumpError` if that says nothing about the node: `accessDenied` if the login is wrong (everybody may
    ///   ask most servers), `discoveryFailed` if there is no master to ask, `clientClosed`, `invalidArgument`, or whatever
    ///   becomes of a provider of credentials; or `CancellationError`.
    public func health(options: CallOptions = CallOptions()) async throws -> NodeHealth {
        do {
            let info = try await self.info(options: options)
            return NodeHealth(isLive: true, isReady: info.isReady, info: info, error: nil)
        } catch let error as PhotonPumpError where Self.concernsNode(error) {
            // Whatever was answered, somebody did.
            return NodeHealth(isLive: error.http?.status != nil, isReady: false, info: nil, error: error)
        }
    }

    private static func concernsNode(_ error: PhotonPumpError) -> Bool {
        let isAsked = error.endpoint != nil || error.http?.status != nil
        return isAsked
            && ![.accessDenied, .clientClosed, .discoveryFailed, .invalidArgument].contains(error.code)
    }

    /// What it measures of itself.
    ///
    /// - Parameter options: the timeout and credentials of this call.
    /// - Throws: as ``info(options:)``.
    public func statistics(options: CallOptions = CallOptions()) async throws -> NodeStatistics {
        try await self.admin.ask(
            self.request("get statistics of the node", .get, "stats"), as: NodeStatistics.self, options)
    }

    /// What it measures of each connection over TCP, by the server's names.
    ///
    /// - Parameter options: the timeout and credentials of this call.
    /// - Throws: as ``info(options:)``.
    public func connectionStatistics(options: CallOptions = CallOptions()) async throws -> [JSONValue] {
        try await self.admin.ask(
            self.request("get statistics of connections", .get, "stats", "tcp"), as: [JSONValue].self, options)
    }

    /// What a master measures of each node that follows it, by the server's names. A single server does not answer that:
    /// it gives up on the request (`serverTimeout`) or lets it wait until its time is up.
    ///
    /// - Parameter options: the timeout and credentials of this call.
    /// - Throws: `PhotonPumpError`, such as `serverTimeout`, `timedOut` or `connectionFailed`; or `CancellationError`.
    public func replicationStatistics(options: CallOptions = CallOptions()) async throws -> [JSONValue] {
        try await self.admin.ask(
            self.request("get statistics of replication", .get, "stats", "replication"), as: [JSONValue].self,
            options)
    }

    /// What it knows about its cluster. Servers up to 5.x that are no cluster answer only if they were started with
    /// `--gossip-on-single-node`.
    ///
    /// - Parameter options: the timeout and credentials of this call.
    /// - Throws: as ``replicationStatistics(options:)``.
    public func gossip(options: CallOptions = CallOptions()) async throws -> ClusterGossip {
        var request = self.request("get gossip of the node", .get, "gossip")
        request.query = [("format", "json")]
        let answer = try await self.admin.ask(request, options)
        return try self.admin.client.read(answer, request) { try ClusterGossip(json: $0) }
    }

    // MARK: What it can be told to do

    /// Starts to scavenge the log: what was deleted leaves the disk. `Client.scavenge(options:)` does so over TCP.
    ///
    /// - Parameters:
    ///   - chunk: the number of the chunk of the log to begin with; 0, the first, by default.
    ///   - threads: how many chunks to scavenge at a time; 1 by default.
    ///   - options: the timeout and credentials of this call. Operators and administrators may do this.
    /// - Returns: the id of what was started, to stop it; nil from servers before 5.0, which cannot.
    /// - Throws: `PhotonPumpError`, such as `wrongState` if it is under way already, `accessDenied` or `invalidArgument`;
    ///   or `CancellationError`.
    @discardableResult
    public func startScavenge(
        fromChunk chunk: Int = 0, threads: Int = 1, options: CallOptions = CallOptions()
    ) async throws -> String? {
        var request = self.request("start to scavenge", .post, "admin", "scavenge")
        guard chunk >= 0, threads >= 1 else {
            throw PhotonPumpError(
                .invalidArgument, "chunk \(chunk) is below 0, or threads \(threads) below 1", during: request.operation)
        }
        request.query = [("startFromChunk", "\(chunk)"), ("threads", "\(threads)")]
        // Another one would begin once the first is done.
        request.isSafeToRepeat = false
        request.meaning = {
            $0.status == 400 ? (.wrongState, "the server does not start now; it may be scavenging already") : nil
        }
        struct Started: Decodable { let scavengeId: String? }
        let answer = try await self.admin.ask(request, options)
        guard !answer.body.isEmpty else { return nil }
        return try self.admin.client.read(answer, request) {
            try JSONDecoder().decode(Started.self, from: Data($0)).scavengeId
        }
    }

    /// Stops to scavenge, with servers from 5.0 on.
    ///
    /// - Parameters:
    ///   - id: what ``startScavenge(fromChunk:threads:options:)`` has returned.
    ///   - options: the timeout and credentials of this call. Operators and administrators may do this.
    /// - Throws: `PhotonPumpError`, such as `notFound` if nothing with this id is under way, or `accessDenied`; or
    ///   `CancellationError`.
    public func stopScavenge(_ id: String, options: CallOptions = CallOptions()) async throws {
        try Admin.check(id, of: "scavenge", "stop to scavenge")
        try await self.command(
            .delete, "stop to scavenge",
            "nothing of this id is being scavenged, or the server (before 5.0) cannot stop it",
            ["admin", "scavenge", id], options)
    }

    /// Merges the files of the index, with servers from 5.0 on.
    ///
    /// - Parameter options: the timeout and credentials of this call. Operators and administrators may do this.
    /// - Throws: `PhotonPumpError`, such as `notFound` if the server cannot do that, or `accessDenied`; or
    ///   `CancellationError`.
    public func mergeIndexes(options: CallOptions = CallOptions()) async throws {
        try await self.command(
            .post, "merge indexes", "the server (before 5.0) cannot do that", ["admin", "mergeindexes"], options)
    }

    /// Shuts the server down. In a cluster this is the present master, unless a node was named: if an error leaves open
    /// whether it is shutting down, look before you call this again, as another one may be the master by then.
    ///
    /// - Parameter options: the timeout and credentials of this call. Operators and administrators may do this.
    /// - Throws: `PhotonPumpError`, such as `accessDenied` or `connectionFailed`; or `CancellationError`.
    public func shutDown(options: CallOptions = CallOptions()) async throws {
        try await self.command(
            .post, "shut the node down", "the server cannot be shut down over HTTP", ["admin", "shutdown"],
            isSafeToRepeat: self.endpoint != nil, options)
    }

    /// Has a master leave its office to another node, with servers that can; those up to 5.0 cannot.
    ///
    /// - Parameter options: the timeout and credentials of this call. Operators and administrators may do this.
    /// - Throws: `PhotonPumpError`, such as `notFound` if the server cannot do that, or `accessDenied`; or
    ///   `CancellationError`.
    public func resign(options: CallOptions = CallOptions()) async throws {
        try await self.command(
            .post, "have the node resign", "the server cannot do that", ["admin", "node", "resign"],
            isSafeToRepeat: self.endpoint != nil, options)
    }

    /// Sets the node's priority in elections until it is restarted, with servers that can; those up to 5.0 cannot.
    ///
    /// - Parameters:
    ///   - priority: nodes with a higher one are preferred.
    ///   - options: the timeout and credentials of this call. Operators and administrators may do this.
    /// - Throws: as ``resign(options:)``.
    public func setPriority(_ priority: Int, options: CallOptions = CallOptions()) async throws {
        try await self.command(
            .post, "set the node's priority to \(priority)", "the server cannot do that",
            ["admin", "node", "priority", "\(priority)"], options)
    }

    // MARK: Requests

    private func request(_ operation: String, _ method: HTTPMethod, _ path: String...) -> ServerRequest {
        self.request(operation, method, path)
    }

    private func request(_ operation: String, _ method: HTTPMethod, _ path: [String]) -> ServerRequest {
        var request = ServerRequest(operation, method, path)
        request.node = self.endpoint
        request.followsRedirects = false
        return request
    }

    private func command(
        _ method: HTTPMethod, _ operation: String, _ missing: String, _ path: [String], isSafeToRepeat: Bool = true,
        _ options: CallOptions
    ) async throws {
        var request = self.request(operation, method, path)
        request.isSafeToRepeat = isSafeToRepeat
        request.meaning = { $0.status == 404 ? (.notFound, missing) : nil }
        try await self.admin.ask(request, options)
    }
}
