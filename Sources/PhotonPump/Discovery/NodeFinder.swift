/// Determines which node to connect to, and as which user.
struct NodeFinder: Sendable {
    struct Node: Sendable, Hashable {
        let endpoint: Endpoint
        /// The node's state in its cluster, as far as it is known.
        var role: NodeState?
    }

    /// The result of a search.
    struct Finding: Sendable {
        let node: Node
        /// The gossip in which the node was found; the next search begins with it.
        let gossip: ClusterGossip?
        /// The user to connect as; nil if the user is fixed.
        let credentials: Answer?
    }

    /// How far a search has come.
    enum Progress: Sendable {
        case begun
        /// No node has been found so far, for this reason.
        case notFound(PhotonPumpError)
        case askingForCredentials
    }

    /// The answer of a credentials provider; nil means to stay anonymous.
    struct Answer: Sendable {
        let value: Credentials?
    }

    private let fixedEndpoint: Endpoint?
    private let discovery: ClusterDiscovery?
    private let provider: NodeProvider?
    private let credentials: Client.CredentialsProvider?

    /// - Parameter findNode: finds nodes, instead of the configuration's target.
    init(
        _ context: ClientContext, credentials: Client.CredentialsProvider?, selectNode: NodeSelector?,
        findNode: NodeProvider?
    ) {
        self.provider = findNode
        self.credentials = credentials
        guard findNode == nil else {
            (self.fixedEndpoint, self.discovery) = (nil, nil)
            return
        }
        if case .node(let endpoint) = context.configuration.target {
            self.fixedEndpoint = endpoint
        } else {
            self.fixedEndpoint = nil
        }
        var discovery = ClusterDiscovery(
            context.configuration, selector: selectNode, context.environment, http: context.http)
        discovery?.logger = context.logger
        self.discovery = discovery
    }

    /// Whether nodes are looked for.
    var isDiscovering: Bool { self.discovery != nil || self.provider != nil }

    /// Whether a closure provides credentials.
    var hasProvider: Bool { self.credentials != nil }

    /// The node, if there is nothing to search for.
    var fixedNode: Node? {
        self.credentials == nil ? self.fixedEndpoint.map { Node(endpoint: $0, role: nil) } : nil
    }

    /// - Parameters:
    ///   - remembered: the gossip in which a node was found before.
    ///   - isFresh: whether that is recent.
    ///   - failed: the node that has failed since.
    ///   - progress: called with how far the search has come.
    ///   - heard: called with gossip that is to be remembered although no node was found in it.
    func find(
        remembered: ClusterGossip?,
        isFresh: Bool,
        avoiding failed: Endpoint?,
        progress: @escaping @Sendable (Progress) async -> Void,
        heard: @escaping @Sendable (ClusterGossip) async -> Void
    ) async -> Result<Finding, PhotonPumpError> {
        do {
            let (node, gossip) = try await self.node(remembered, isFresh, failed, progress, heard)
            if self.credentials != nil { await progress(.askingForCredentials) }
            return .success(Finding(node: node, gossip: gossip, credentials: try await self.askForCredentials()))
        } catch let error as PhotonPumpError {
            return .failure(error)
        } catch {
            return .failure(PhotonPumpError(.connectionFailed, "no node was found", underlying: error))
        }
    }

    /// The state of the current node, and a node that is preferred to it; nil as far as nobody says so.
    func look(at current: Endpoint) async -> (role: NodeState?, better: Node?) {
        if let provider { return (nil, try? await self.ask(provider, avoiding: nil, present: current)) }
        guard var discovery else { return (nil, nil) }
        discovery.settings.maximumAttempts = 1
        guard let found = try? await discovery.findNode() else { return (nil, nil) }
        let role = discovery.selection.member(at: current, in: found.gossip)?.state
        guard found.endpoint != current, discovery.selection.prefers(found.member, to: current, in: found.gossip) else {
            return (role, nil)
        }
        return (role, Node(endpoint: found.endpoint, role: found.member.state))
    }

    /// Another node than the current one; nil if none is found in one round.
    func other(than current: Endpoint) async -> Node? {
        if let provider { return try? await self.ask(provider, avoiding: current, present: current) }
        guard var discovery else { return nil }
        discovery.settings.maximumAttempts = 1
        guard let found = try? await discovery.findNode(avoiding: current), found.endpoint != current else {
            return nil
        }
        return Node(endpoint: found.endpoint, role: found.member.state)
    }

    private func node(
        _ remembered: ClusterGossip?,
        _ isFresh: Bool,
        _ failed: Endpoint?,
        _ progress: @escaping @Sendable (Progress) async -> Void,
        _ heard: @escaping @Sendable (ClusterGossip) async -> Void
    ) async throws -> (Node, ClusterGossip?) {
        if let fixedEndpoint { return (Node(endpoint: fixedEndpoint, role: nil), nil) }
        if let provider, let node = try await self.ask(provider, avoiding: failed) { return (node, nil) }
        guard var discovery else {
            throw PhotonPumpError(.invalidConfiguration, "target: there is no server to connect to")
        }
        discovery.progress = { await progress(.notFound($0)) }
        discovery.heard = heard
        let found = try await discovery.findNode(remembered: remembered, isFresh: isFresh, avoiding: failed)
        return (Node(endpoint: found.endpoint, role: found.member.state), found.gossip)
    }

    /// Asks the closure that finds nodes.
    ///
    /// - Returns: nil if it is the present one.
    /// - Throws: ``PhotonPumpError``, or `CancellationError`.
    private func ask(
        _ provider: NodeProvider, avoiding failed: Endpoint?, present: Endpoint? = nil
    ) async throws -> Node? {
        do {
            let endpoint = try await provider(failed)
            return endpoint == present ? nil : Node(endpoint: endpoint, role: nil)
        } catch is CancellationError where Task.isCancelled {
            throw CancellationError()
        } catch {
            throw PhotonPumpError(.discoveryFailed, "findNode found no node", underlying: error)
        }
    }

    /// Asks the closure that provides credentials.
    ///
    /// - Returns: nil if there is no such closure.
    /// - Throws: ``PhotonPumpError``.
    func askForCredentials() async throws -> Answer? {
        guard let credentials else { return nil }
        do {
            return Answer(value: try await credentials())
        } catch {
            throw PhotonPumpError(.connectionFailed, "the credentials provider failed", underlying: error)
        }
    }
}
