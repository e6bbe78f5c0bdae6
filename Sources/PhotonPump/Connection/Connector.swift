/// Tracks the way to a connection and decides what to do next; pure.
///
/// Each attempt has a number, which the resulting connection keeps. An event with another number comes from an earlier
/// attempt and is ignored.
struct Connector {
    enum Phase: Hashable {
        /// No one wants a connection, or trying is useless. Exits: `finding`, `closed`.
        case idle
        /// Looking for a node. Exits: `connecting`, `waiting`, `idle`, `closed`.
        case finding
        /// From looking up the node's name to an open socket (TLS not yet negotiated). Exits: `introducing`, `waiting`,
        /// `idle`, `closed`.
        case connecting(Endpoint)
        /// Authenticating and identifying. Exits: `connected`, `waiting`, `idle`, `closed`.
        case introducing(Endpoint)
        /// Exits: `connected` (to another node), `finding`, `waiting`, `idle`, `closed`.
        case connected(Endpoint)
        /// Waiting for the next attempt. Exits: `finding`, `idle`, `closed`.
        case waiting
        /// Permanent.
        case closed
    }

    enum Action: Hashable {
        /// Find a node, preferably not this one.
        case find(avoiding: Endpoint?)
        case connect(Endpoint)
        /// Call ``waited()`` when this time has passed.
        case wait(Duration)
        /// Fail everyone who is waiting for a connection.
        case giveUp
    }

    /// A connection that lasts this long counts as a success; a shorter one as a failed attempt.
    static let steady: Duration = .seconds(1)

    private let settings: ReconnectionSettings
    private(set) var phase = Phase.idle
    /// The number of the attempt, or of the connection that it led to.
    private(set) var attempt = 0
    private var lastNumber = 0
    /// The number of attempts that have failed in a row.
    private(set) var failures = 0
    /// How long the pauses between them were together.
    private var paused: Duration = .zero
    /// The node that failed.
    private var avoided: Endpoint?
    private(set) var hasBeenConnected = false

    init(_ settings: ReconnectionSettings) {
        self.settings = settings
    }

    /// A connection is wanted; nil if there is one, or one is being made.
    mutating func wanted() -> Action? {
        guard self.phase == .idle else { return nil }
        self.startCounting()
        return self.begin()
    }

    /// A node was found.
    mutating func found(_ node: Endpoint) -> Action {
        self.phase = .connecting(node)
        return .connect(node)
    }

    /// The node accepted the TCP connection.
    mutating func accepted() {
        if case .connecting(let node) = self.phase { self.phase = .introducing(node) }
    }

    /// The node accepted this client.
    mutating func introduced() {
        guard case .introducing(let node) = self.phase else { return }
        self.phase = .connected(node)
        self.hasBeenConnected = true
    }

    /// The attempt failed.
    ///
    /// - Parameters:
    ///   - isPermanent: whether the next attempt would fail for the same reason.
    ///   - isStarting: whether the node may be about to serve, so that the next attempt follows soon.
    ///   - isAwaited: whether anyone is waiting for a connection. This no longer matters once there has been one.
    ///   - chance: from 0 to 1, the part of the longest pause to wait.
    mutating func failed(
        isPermanent: Bool, isStarting: Bool = false, isAwaited: Bool, chance: Double
    ) -> Action {
        var limit = isStarting ? Handshake.pace : self.fairPause
        switch self.phase {
        case .connecting(let node), .introducing(let node):
            self.avoided = node
        case .connected(let node):
            self.avoided = node
            limit = self.settings.maximumDelay
        case .idle, .finding, .waiting, .closed:
            break
        }
        self.failures += 1
        let isLast = self.settings.maximumAttempts.map { self.failures > $0 } ?? false
        guard !isPermanent, !isLast, isAwaited || self.hasBeenConnected else { return self.giveUp() }
        return self.pause(chance, atMost: limit)
    }

    /// The connection was lost. The first attempt to replace it is made at once, unless the connection was lost right
    /// after it was made.
    ///
    /// - Parameter age: how long the connection existed.
    mutating func lost(after age: Duration, chance: Double) -> Action {
        guard age >= Self.steady else { return self.failed(isPermanent: false, isAwaited: true, chance: chance) }
        if case .connected(let node) = self.phase { self.avoided = node }
        self.startCounting()
        return self.settings.maximumAttempts == 0 ? self.giveUp() : self.begin()
    }

    /// A number for an attempt that is made beside the connection.
    mutating func reserve() -> Int {
        self.lastNumber += 1
        return self.lastNumber
    }

    /// The connection was left for the one that such an attempt led to.
    mutating func moved(to node: Endpoint, as number: Int) {
        guard case .connected(let old) = self.phase else { return }
        self.avoided = old
        self.attempt = number
        self.phase = .connected(node)
    }

    /// The pause is over.
    mutating func waited() -> Action? {
        self.phase == .waiting ? self.begin() : nil
    }

    /// No one wants a connection any more.
    mutating func rest() {
        self.attempt = self.reserve()
        self.phase = .idle
    }

    mutating func close() {
        self.attempt = self.reserve()
        self.phase = .closed
    }

    private mutating func startCounting() {
        self.failures = 0
        self.paused = .zero
    }

    /// The longest pause before a node is tried again to which no connection could be made. One that is restarted does
    /// not listen for some seconds, and its clients should not stay away for as long again: only for an eighth of that.
    private var fairPause: Duration { max(self.settings.firstDelay, Handshake.pace, self.paused / 8) }

    private mutating func begin() -> Action {
        self.attempt = self.reserve()
        self.phase = .finding
        return .find(avoiding: self.avoided)
    }

    private mutating func giveUp() -> Action {
        self.rest()
        self.hasBeenConnected = false
        return .giveUp
    }

    private mutating func pause(_ chance: Double, atMost limit: Duration) -> Action {
        self.attempt = self.reserve()
        self.phase = .waiting
        let backoff = Backoff(first: self.settings.firstDelay, ceiling: min(self.settings.maximumDelay, limit))
        let pause = backoff.delay(attempts: self.failures, chance: chance)
        self.paused += pause
        return .wait(pause)
    }
}
