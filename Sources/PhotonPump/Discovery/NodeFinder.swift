/// Determines which node to connect to, and as which user.
struct NodeFinder: Sendable {
    struct Node: Sendable {
        let endpoint: Endpoint
        /// The node's state in its cluster; nil if it was not found through gossip.
        let role: NodeState?
    }

    /// The result of a search.
    struct Finding: Sendable {
        let node: Node
        /// The gossip in which the node was found; the next search begins with it.
        let gossip: ClusterGossip?
        /// The user to connect as; nil if the user is fixed.
        let credentials: Answer?
    }

    /// The answer of a credentials provider; nil means to stay anonymous.
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

    /// Whether nodes are found through gossip.
    var isDiscovering: Bool { self.discovery != nil }

    /// The node, if there is nothing to search for.
    var fixedNode: Node? {
        self.credentials == nil ? self.fixedEndpoint.map { Node(endpoint: $0, role: nil) } : nil
    }

    /// - Parameters:
    ///   - remembered: the gossip in which a node was found before.
    ///   - failed: the node that has failed since.
    ///   - progress: called with the reason why no node has been found yet.
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

    /// A node that is preferred to the current one; nil if there is none, or no gossip can be read.
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
