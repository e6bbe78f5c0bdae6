/// Finds out which node to connect to, and as whom.
struct NodeFinder: Sendable {
    struct Node: Sendable {
        let endpoint: Endpoint
        /// What the node is in its cluster; nil when no gossip says so.
        let role: NodeState?
    }

    /// What was found out.
    struct Finding: Sendable {
        let node: Node
        /// Where the node was found, to begin the next search with.
        let gossip: ClusterGossip?
        /// As whom to connect; nil when that is fixed.
        let credentials: Answer?
    }

    /// What a provider of credentials said; nil means to stay anonymous.
    struct Answer: Sendable {
        let value: Credentials?
    }

    private let fixedEndpoint: Endpoint?
    private let discovery: ClusterDiscovery?
    private let credentials: Client.CredentialsProvider?

    init(_ configuration: Client.Configuration, credentials: Client.CredentialsProvider?, selectNode: NodeSelector?) {
        if case .node(let endpoint) = configuration.target {
            self.fixedEndpoint = endpoint
        } else {
            self.fixedEndpoint = nil
        }
        self.discovery = ClusterDiscovery(configuration, selector: selectNode)
        self.credentials = credentials
    }

    /// Whether nodes are found by gossip.
    var isDiscovering: Bool { self.discovery != nil }

    /// The node, when there is nothing to find out.
    var fixedNode: Node? {
        self.credentials == nil ? self.fixedEndpoint.map { Node(endpoint: $0, role: nil) } : nil
    }

    /// - Parameters:
    ///   - remembered: the gossip that a node was found by before.
    ///   - failed: the node that could not be used since.
    ///   - progress: hears why no node was found yet.
    func find(
        remembered: ClusterGossip?,
        avoiding failed: Endpoint?,
        progress: @escaping @Sendable (PhotonPumpError) async -> Void
    ) async -> Result<Finding, PhotonPumpError> {
        do {
            let (node, gossip) = try await self.node(remembered, failed, progress)
            return .success(Finding(node: node, gossip: gossip, credentials: try await self.askForCredentials()))
        } catch let error as PhotonPumpError {
            return .failure(error)
        } catch {
            return .failure(PhotonPumpError(.connectionFailed, "no node was found", underlying: error))
        }
    }

    /// A node that is preferred to the one connected to; nil when there is none, or no gossip to be had.
    func better(than current: Endpoint) async -> Node? {
        guard var discovery else { return nil }
        discovery.settings.maximumAttempts = 1
        guard let found = try? await discovery.findNode(), found.endpoint != current,
            discovery.selection.prefers(found.member, to: current, in: found.gossip)
        else { return nil }
        return Node(endpoint: found.endpoint, role: found.member.state)
    }

    private func node(
        _ remembered: ClusterGossip?,
        _ failed: Endpoint?,
        _ progress: @escaping @Sendable (PhotonPumpError) async -> Void
    ) async throws -> (Node, ClusterGossip?) {
        if let fixedEndpoint { return (Node(endpoint: fixedEndpoint, role: nil), nil) }
        guard var discovery else { throw PhotonPumpError(.invalidConfiguration, "there is nothing to connect to") }
        discovery.progress = progress
        let found = try await discovery.findNode(remembered: remembered, avoiding: failed)
        return (Node(endpoint: found.endpoint, role: found.member.state), found.gossip)
    }

    private func askForCredentials() async throws -> Answer? {
        guard let credentials else { return nil }
        do {
            return Answer(value: try await credentials())
        } catch {
            throw PhotonPumpError(.connectionFailed, "there are no credentials to be had", underlying: error)
        }
    }
}
