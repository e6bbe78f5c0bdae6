internal import PhotonPumpTransport

/// Decides which node a client is to be connected to, and when to try; pure, with the time passed in.
struct Connector {
    typealias Instant = Environment.Instant

    enum Phase: Hashable {
        /// No one wants a connection, or trying is useless. Exits: `finding`, `closed`.
        case idle
        /// Looking for a node. Exits: `connecting`, `waiting`, `idle`, `closed`.
        case finding
        /// From looking up the node's name until it accepts this client. Exits: `connected`, `waiting`, `idle`, `closed`.
        case connecting
        /// Exits: `connected` (to another node), `finding`, `waiting`, `idle`, `closed`.
        case connected
        /// Waiting for the next attempt. Exits: `finding`, `idle`, `closed`.
        case waiting
        /// Permanent.
        case closed
    }

    enum Action: Hashable {
        /// Find a node, preferably not this one.
        case find(avoiding: Endpoint?)
        case connect(NodeFinder.Node)
        /// Call ``waited(now:)`` when this time has passed.
        case wait(Duration)
        /// Fail everyone who is waiting for a connection.
        case giveUp
    }

    /// A connection that lasts this long counts as a success; a shorter one as a failed attempt.
    static let steady: Duration = .seconds(1)

    private let settings: ReconnectionSettings
    private(set) var phase = Phase.idle
    /// When that phase began.
    private(set) var since: Instant
    /// The node that is connected to, or was tried last.
    private(set) var node: NodeFinder.Node?
    /// The number of attempts that have failed in a row.
    private(set) var failures = 0
    /// Why the last attempt failed or the last connection ended.
    private(set) var lastError: PhotonPumpError?
    /// How long the pauses between attempts were together.
    private var paused: Duration = .zero
    /// The node that failed.
    private var avoided: Endpoint?
    /// Whether the client keeps trying although nobody waits, because it was connected before.
    private(set) var hasBeenConnected = false
    /// Whether a node that was to be the next one could not be reached, and nothing has shown since that the present one
    /// serves all requests.
    private(set) var isStranded = false
    /// Whether another node was looked for since the last that was named could not be reached.
    private var hasLookedElsewhere = false

    init(_ settings: ReconnectionSettings, now: Instant) {
        self.settings = settings
        self.since = now
    }

    /// Notes why there is no connection yet, or no longer.
    mutating func note(_ error: PhotonPumpError) {
        self.lastError = error
    }

    // MARK: Making a connection

    /// A connection is wanted; nil if there is one, or one is being made.
    mutating func wanted(now: Instant) -> Action? {
        guard self.phase == .idle else { return nil }
        self.startCounting()
        return self.begin(now)
    }

    /// A node was found.
    mutating func found(_ node: NodeFinder.Node, now: Instant) -> Action {
        self.node = node
        self.enter(.connecting, now)
        return .connect(node)
    }

    /// The node accepted this client.
    mutating func introduced(now: Instant) {
        guard self.phase == .connecting else { return }
        self.enter(.connected, now)
        self.hasBeenConnected = true
        self.isStranded = false
    }

    /// The attempt failed.
    ///
    /// - Parameters:
    ///   - isPermanent: whether the next attempt would fail for the same reason.
    ///   - isStarting: whether the node may be about to serve, so that the next attempt follows soon.
    ///   - isAwaited: whether anyone is waiting for a connection. This no longer matters once there has been one.
    ///   - chance: from 0 to 1, the part of the longest pause to wait.
    mutating func failed(
        isPermanent: Bool, isStarting: Bool = false, isAwaited: Bool, now: Instant, chance: Double
    ) -> Action {
        var limit = isStarting ? Handshake.pace : self.fairPause
        if self.phase == .connected { limit = self.settings.maximumDelay }
        self.avoidNode()
        self.failures += 1
        let isLast = self.settings.maximumAttempts.map { self.failures > $0 } ?? false
        guard !isPermanent, !isLast, isAwaited || self.hasBeenConnected else { return self.giveUp(now) }
        return self.pause(now, chance, atMost: limit)
    }

    /// The connection was lost. The first attempt to replace it is made at once, unless the connection was lost right
    /// after it was made.
    ///
    /// - Parameter isExcused: whether that says nothing against the node.
    mutating func lost(isExcused: Bool = false, now: Instant, chance: Double) -> Action {
        guard isExcused || now - self.since >= Self.steady else {
            return self.failed(isPermanent: false, isAwaited: true, now: now, chance: chance)
        }
        self.avoidNode()
        self.startCounting()
        return self.settings.maximumAttempts == 0 ? self.giveUp(now) : self.begin(now)
    }

    /// The pause is over.
    mutating func waited(now: Instant) -> Action? {
        self.phase == .waiting ? self.begin(now) : nil
    }

    /// No one wants a connection any more.
    mutating func rest(now: Instant) {
        self.enter(.idle, now)
    }

    mutating func close(now: Instant) {
        self.enter(.closed, now)
    }

    // MARK: With a connection

    /// The connection was left for one to this node.
    mutating func moved(to node: NodeFinder.Node, now: Instant) {
        guard self.phase == .connected else { return }
        self.avoidNode()
        self.node = node
        self.enter(.connected, now)
        self.hasLookedElsewhere = false
        // While no master can be reached, the others may send the client back and forth.
        if node.role == .master { self.isStranded = false }
    }

    /// The node that was to be the next one cannot be reached.
    mutating func strand() {
        self.isStranded = true
    }

    /// Whether to look for a node that was not named, which is done once for each that cannot be reached.
    mutating func wantsToLookElsewhere() -> Bool {
        defer { self.hasLookedElsewhere = true }
        return !self.hasLookedElsewhere
    }

    /// The node is asked again.
    mutating func stays() {
        self.hasLookedElsewhere = false
    }

    /// What the node's answers say about its part in the cluster.
    ///
    /// - Returns: whether it serves all requests again.
    @discardableResult
    mutating func learned(_ role: NodeState) -> Bool {
        self.node?.role = role
        guard role == .master, self.isStranded else { return false }
        self.isStranded = false
        return true
    }

    /// What gossip says about the node's part in the cluster. A node knows better whether it serves all requests.
    mutating func heard(_ role: NodeState) {
        self.node?.role = role
    }

    // MARK: Book-keeping

    private mutating func enter(_ phase: Phase, _ now: Instant) {
        // Whatever else happens while it closes.
        guard self.phase != .closed else { return }
        self.phase = phase
        self.since = now
    }

    private mutating func avoidNode() {
        if [.connecting, .connected].contains(self.phase) { self.avoided = self.node?.endpoint }
    }

    private mutating func startCounting() {
        self.failures = 0
        self.paused = .zero
    }

    /// The longest pause before a node is tried again to which no connection could be made. One that is restarted does
    /// not listen for some seconds, and its clients should not stay away for as long again: only for an eighth of that.
    private var fairPause: Duration { max(self.settings.firstDelay, Handshake.pace, self.paused / 8) }

    private mutating func begin(_ now: Instant) -> Action {
        self.enter(.finding, now)
        return .find(avoiding: self.avoided)
    }

    private mutating func giveUp(_ now: Instant) -> Action {
        self.rest(now: now)
        self.hasBeenConnected = false
        return .giveUp
    }

    private mutating func pause(_ now: Instant, _ chance: Double, atMost limit: Duration) -> Action {
        self.enter(.waiting, now)
        let backoff = Backoff(first: self.settings.firstDelay, ceiling: min(self.settings.maximumDelay, limit))
        let pause = backoff.delay(attempts: self.failures, chance: chance)
        self.paused += pause
        return .wait(pause)
    }
}
