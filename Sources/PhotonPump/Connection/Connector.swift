/// Where a client stands on its way to a server, and what to do next; pure.
///
/// Each attempt has a number, and the connection it leads to keeps that: an event that carries another number comes from
/// an earlier attempt and means nothing any more.
struct Connector {
    enum Phase: Hashable {
        /// Nobody wants a connection, or there is no use in trying. Exits: `finding`, `closed`.
        case idle
        /// Looking for a node. Exits: `connecting`, `waiting`, `idle`, `closed`.
        case finding
        /// From looking up the node's name to a connection that TLS may go over. Exits: `introducing`, `waiting`, `idle`,
        /// `closed`.
        case connecting(Endpoint)
        /// Authenticating and identifying. Exits: `connected`, `waiting`, `idle`, `closed`.
        case introducing(Endpoint)
        /// Exits: `finding`, `connecting` (another node), `waiting`, `idle`, `closed`.
        case connected(Endpoint)
        /// Until the next attempt. Exits: `finding`, `idle`, `closed`.
        case waiting
        /// For good.
        case closed
    }

    enum Action: Hashable {
        /// Find a node, if possible not that one.
        case find(avoiding: Endpoint?)
        case connect(Endpoint)
        /// Report when that time has passed.
        case wait(Duration)
        /// Whoever waits for a connection waits in vain.
        case giveUp
    }

    /// A connection that lasted as long is a success; one that did not counts as a failed attempt.
    static let steady: Duration = .seconds(1)

    private let settings: ReconnectionSettings
    private(set) var phase = Phase.idle
    /// The number of the attempt, or of the connection it led to.
    private(set) var attempt = 0
    /// How many attempts in a row have failed.
    private(set) var failures = 0
    /// The node that has failed.
    private var avoided: Endpoint?
    private(set) var hasBeenConnected = false

    init(_ settings: ReconnectionSettings) {
        self.settings = settings
    }

    /// Somebody wants a connection; nil when one is there or on its way.
    mutating func wanted() -> Action? {
        guard self.phase == .idle else { return nil }
        self.failures = 0
        return self.begin()
    }

    /// A node was found.
    mutating func found(_ node: Endpoint) -> Action {
        self.phase = .connecting(node)
        return .connect(node)
    }

    /// The node has accepted the connection.
    mutating func accepted() {
        if case .connecting(let node) = self.phase { self.phase = .introducing(node) }
    }

    /// The node has accepted this client.
    mutating func introduced() {
        guard case .introducing(let node) = self.phase else { return }
        self.phase = .connected(node)
        self.hasBeenConnected = true
    }

    /// The attempt has failed.
    ///
    /// - Parameters:
    ///   - isPermanent: whether the next one must fail the same way.
    ///   - isAwaited: whether somebody waits for a connection. Nobody need to, once there has been one.
    ///   - chance: from 0 to 1, which part of the longest pause to wait.
    mutating func failed(isPermanent: Bool, isAwaited: Bool, chance: Double) -> Action {
        switch self.phase {
        case .connecting(let node), .introducing(let node), .connected(let node): self.avoided = node
        case .idle, .finding, .waiting, .closed: break
        }
        self.failures += 1
        let isLast = self.settings.maximumAttempts.map { self.failures > $0 } ?? false
        guard !isPermanent, !isLast, isAwaited || self.hasBeenConnected else { return self.giveUp() }
        return self.pause(chance)
    }

    /// The connection is lost. The first attempt to replace it is made at once, unless it was lost as soon as made.
    ///
    /// - Parameter age: how long it had been there.
    mutating func lost(after age: Duration, chance: Double) -> Action {
        guard age >= Self.steady else { return self.failed(isPermanent: false, isAwaited: true, chance: chance) }
        if case .connected(let node) = self.phase { self.avoided = node }
        self.failures = 0
        return self.settings.maximumAttempts == 0 ? self.giveUp() : self.begin()
    }

    /// The connection is left for another node.
    ///
    /// - Parameter node: nil to find one.
    mutating func moved(to node: Endpoint?) -> Action {
        if case .connected(let old) = self.phase { self.avoided = old }
        guard let node else { return self.begin() }
        self.attempt += 1
        return self.found(node)
    }

    /// The pause is over.
    mutating func waited() -> Action? {
        self.phase == .waiting ? self.begin() : nil
    }

    /// Nobody wants a connection any more.
    mutating func rest() {
        self.attempt += 1
        self.phase = .idle
    }

    mutating func close() {
        self.attempt += 1
        self.phase = .closed
    }

    private mutating func begin() -> Action {
        self.attempt += 1
        self.phase = .finding
        return .find(avoiding: self.avoided)
    }

    private mutating func giveUp() -> Action {
        self.rest()
        self.hasBeenConnected = false
        return .giveUp
    }

    private mutating func pause(_ chance: Double) -> Action {
        self.attempt += 1
        self.phase = .waiting
        let backoff = Backoff(first: self.settings.firstDelay, ceiling: self.settings.maximumDelay)
        return .wait(backoff.delay(attempts: self.failures, chance: chance))
    }
}
