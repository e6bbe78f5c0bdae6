internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The searches of a client for a node: the one it needs, and, while it has one, those for a better one or for one that
/// serves what this one does not. Used on the client's queue only.
///
/// Each search has an id, by which the reports of one that was given up are told apart.
final class NodeSearch {
    enum Report: Sendable {
        /// How far the search for a node has come.
        case progress(NodeFinder.Progress)
        /// Gossip that is to be remembered although no node was found in it.
        case heard(ClusterGossip)
        case found(Result<NodeFinder.Finding, PhotonPumpError>)
        /// The state of the present node.
        case current(NodeState)
        case better(NodeFinder.Node)
        /// Another node, if there is one.
        case other(NodeFinder.Node?)
    }

    /// How long a cluster's gossip is taken for recent.
    private static let gossipLifetime: Duration = .seconds(3600)

    let finder: NodeFinder
    private let context: ClientContext
    private let report: @Sendable (GUID, Report) async -> Void
    private let timeIsUp: @Sendable () -> Void
    /// Fires when the search for a node has taken too long, or the pause before it is over.
    private var timer: QueueTimer?
    private var current: (id: GUID, task: Task<Void, Never>)?
    private var elsewhere: (id: GUID, task: Task<Void, Never>)?
    /// Where a node was found, and when; the next search begins there.
    private var gossip: (document: ClusterGossip, heard: Environment.Instant)?
    /// How far the current search for a node has come.
    private var progress = NodeFinder.Progress.begun

    /// - Parameters:
    ///   - report: what the search with this id has to say.
    ///   - timeIsUp: called on the client's queue, as ``begin(avoiding:)`` and ``pause(for:)`` say.
    init(
        _ finder: NodeFinder, _ context: ClientContext, timeIsUp: @escaping @Sendable () -> Void,
        report: @escaping @Sendable (GUID, Report) async -> Void
    ) {
        self.finder = finder
        self.context = context
        self.timeIsUp = timeIsUp
        self.report = report
    }

    deinit {
        self.current?.task.cancel()
        self.elsewhere?.task.cancel()
    }

    /// Whether another node than the present one is being looked for.
    var isLookingElsewhere: Bool { self.elsewhere != nil }

    /// What has not been found although the time for it is up.
    var overdue: PhotonPumpError {
        switch self.progress {
        case .begun: self.context.overdue("no node of the cluster was found")
        case .notFound(let reason): reason
        case .askingForCredentials: self.context.overdue("the credentials provider has not returned")
        }
    }

    /// Waits before the next search.
    func pause(for duration: Duration) {
        self.timer = self.context.timer(at: self.context.environment.now + duration, self.timeIsUp)
    }

    /// Looks for a node to connect to. When the time for connecting is up, it says so, and goes on.
    func begin(avoiding failed: Endpoint?) {
        let (finder, gossip, environment) = (self.finder, self.gossip, self.context.environment)
        let report = self.report
        self.pause(for: self.context.configuration.connectTimeout)
        self.progress = .begun
        self.search { id in
            let isFresh = gossip.map { environment.now - $0.heard < Self.gossipLifetime } ?? true
            let result = await finder.find(remembered: gossip?.document, isFresh: isFresh, avoiding: failed) {
                await report(id, .progress($0))
            } heard: {
                await report(id, .heard($0))
            }
            await report(id, .found(result))
        }
    }

    /// Looks from time to time for a node that is preferred to this one, if the settings say so.
    func lookForBetter(than present: Endpoint) {
        guard let pause = self.context.configuration.discovery.backgroundInterval, self.finder.isDiscovering else {
            return
        }
        let (finder, environment, report) = (self.finder, self.context.environment, self.report)
        self.search { id in
            while (try? await environment.sleep(for: pause)) != nil {
                let (role, node) = await finder.look(at: present)
                if let role { await report(id, .current(role)) }
                if let node { await report(id, .better(node)) }
            }
        }
    }

    private func search(_ body: @escaping @Sendable (GUID) async -> Void) {
        let id = self.context.environment.newID()
        self.current?.task.cancel()
        self.current = (id, self.context.environment.task { await body(id) })
    }

    /// Looks for another node than this one, which does not know who would serve a request.
    func lookElsewhere(than present: Endpoint) {
        let (finder, id, report) = (self.finder, self.context.environment.newID(), self.report)
        self.elsewhere = (
            id, self.context.environment.task { await report(id, .other(await finder.other(than: present))) }
        )
    }

    /// Takes a report, unless its search was given up.
    ///
    /// - Returns: whether it counts.
    func take(_ report: Report, of id: GUID) -> Bool {
        guard id == self.current?.id || id == self.elsewhere?.id else { return false }
        switch report {
        case .progress(let progress): self.progress = progress
        case .heard(let gossip): self.gossip = (gossip, self.context.environment.now)
        case .found(let result):
            self.cancel()
            if case .success(let finding) = result {
                self.gossip = finding.gossip.map { ($0, self.context.environment.now) }
            }
        case .current, .better: break
        case .other: self.elsewhere = nil
        }
        return true
    }

    /// Ends the search for a node, or for a better one, or the pause before it.
    func cancel() {
        self.timer = nil
        self.current?.task.cancel()
        self.current = nil
    }

    func cancelElsewhere() {
        self.elsewhere?.task.cancel()
        self.elsewhere = nil
    }
}
