internal import Foundation
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The way to a node's connections.
struct Outlet {
    /// Collects what subscribers are to be sent.
    let deliver: ([Delivery]) -> Void
    /// Sends it; false if there is nothing to send.
    let flush: () -> Bool
}

/// What the nodes of one cluster share: the events, and which nodes are present. A single server is a cluster of one.
///
/// The nodes run on its executor, so they can access it without waiting. A write is in the log of all nodes as soon as
/// it is made, and its answer is sent after that: whatever happens to a node, acknowledged writes are kept.
actor ClusterCore {
    nonisolated let environment: Environment
    nonisolated let executor: QueueExecutor
    private(set) var membership: Membership
    private(set) var store: Store
    private var outlets: [Outlet?]
    private var isDelivering = false
    private let tickInterval: Duration
    /// Fires while there are persistent subscriptions.
    private var ticker: QueueTimer?
    private let watchers = Watchers<Membership>()

    /// Set while the cluster should stay without a master.
    private var vacancy: Vacancy?

    /// What ends the time without a master.
    private enum Vacancy {
        case timer(QueueTimer)
        case command
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    init(_ addresses: [NodeAddress], _ configuration: EmbeddedServer.Configuration, _ environment: Environment) {
        self.environment = environment
        self.executor = environment.executor(label: "embedded-eventstore")
        self.outlets = Array(repeating: nil, count: addresses.count)
        self.tickInterval = configuration.persistentSubscriptionTick
        self.membership = Membership(addresses, configuration.generation, newID: environment.newID)
        self.store = Store(
            log: Self.emptyLog(configuration, environment),
            users: UserDirectory(configuration.users, now: environment.milliseconds),
            offersFilteredReads: configuration.offersFilteredReads
        )
    }

    /// Makes a single server forget all events, and all changes of users.
    func loseData(of configuration: EmbeddedServer.Configuration) {
        guard self.membership.members.count == 1 else { return }
        self.store.replaceData(
            Self.emptyLog(configuration, self.environment), users: UserDirectory(configuration.users, now: self.now))
    }

    private static func emptyLog(
        _ configuration: EmbeddedServer.Configuration, _ environment: Environment
    ) -> EventLog {
        var randomness = environment.randomness
        return EventLog(seed: randomness.next(), runsProjections: configuration.runsSystemProjections)
    }

    /// Milliseconds since 1970.
    private var now: Int64 { self.environment.milliseconds }

    // MARK: - Requests

    /// The answer of a node that is running.
    func answer(_ package: Package, _ session: inout Session, from client: ClientID, now: Int64) -> Answer? {
        let role = self.membership.role(of: client.node) ?? .leaderless
        let answer = self.store.answer(package, &session, from: client, as: role, now: now)
        if answer?.followsDeliveries ?? false { self.deliver() }
        return answer
    }

    /// Makes a change that did not come over a connection of TCP.
    func perform<Outcome: Sendable>(_ change: (inout Store, _ now: Int64) -> Outcome) -> Outcome {
        defer { self.endTurn() }
        let now = self.now
        let outcome = change(&self.store, now)
        self.store.publish(now: now)
        return outcome
    }

    func delete(_ stream: StreamName, hard: Bool) -> DeleteOutcome {
        self.perform { $0.log.delete(stream, hard: hard, expecting: .any, now: $1) }
    }

    /// Makes a write of somebody with all rights.
    func write(_ events: [ProposedEvent], to stream: StreamName, created: Int64?) -> WriteOutcome {
        self.perform { $0.log.write(events, to: stream, expecting: .any, now: created ?? $1) }
    }

    /// What readers see of a stream.
    func events(of stream: StreamName) -> [EventRecord] {
        guard case .readable(let shown) = self.store.log.view(of: stream, now: self.now) else { return [] }
        return self.store.log.slice(of: stream, .forward, shown.first, .max, shown).records
    }

    /// - Returns: false if there is no such group.
    func replayParked(_ group: String) -> Bool {
        self.perform { $0.replayParked(group, now: $1) }
    }

    /// Nil if there is no such user, or the password is wrong.
    func identity(of login: Login) -> Identity? { self.store.identity(of: login) }

    func gossip(of node: Int) -> GossipDocument { self.membership.gossip(of: node, self.moment) }

    // MARK: - Subscribers

    /// Passes on what subscribers are to be sent, without sending it yet.
    func deliver() {
        // A subscriber may turn out to be gone, of which others are notified.
        guard !self.isDelivering, self.store.hasDeliveries else { return }
        self.isDelivering = true
        defer { self.isDelivering = false }
        while true {
            let deliveries = self.store.takeDeliveries()
            guard !deliveries.isEmpty else { return }
            guard self.outlets.count > 1 else {
                self.outlets.first??.deliver(deliveries)
                continue
            }
            for (node, own) in Dictionary(grouping: deliveries, by: \.subscriber.client.node).inOrder {
                self.outlets[node]?.deliver(own)
            }
        }
    }

    /// Sends subscribers what has been collected for them.
    func endTurn() {
        self.deliver()
        while self.outlets.reduce(false, { ($1?.flush() ?? false) || $0 }) { self.deliver() }
        self.keepTicking()
    }

    func clientLeft(_ client: ClientID) {
        self.store.clientLeft(client, now: self.now)
        self.deliver()
    }

    /// A node ends all its subscriptions, for this reason.
    func dropSubscriptions(on node: Int, _ reason: SubscriptionDropped.Reason) {
        self.store.dropAllSubscriptions(on: node, reason, now: self.now)
        self.endTurn()
    }

    /// A node shuts down and notifies its subscribers.
    func dropSubscriptions(on node: Int) {
        self.store.dropSubscriptions(on: node)
        self.endTurn()
    }

    private func keepTicking() {
        guard !self.store.groups.isEmpty else {
            self.ticker = nil
            return
        }
        guard self.ticker == nil else { return }
        let ticker = self.environment.timer(on: self.executor) { [weak self] in
            self?.assumeIsolated { $0.tick() }
        }
        ticker.schedule(after: self.tickInterval)
        self.ticker = ticker
    }

    private func tick() {
        self.ticker?.schedule(after: self.tickInterval)
        self.store.tick(now: self.now)
        self.endTurn()
    }

    // MARK: - Joining and leaving

    /// - Parameter outlet: the way to the node's connections; nil if it stays as it is.
    func place(_ node: Int, at address: NodeAddress, _ outlet: Outlet? = nil) {
        self.membership.place(node, at: address)
        if let outlet { self.outlets[node] = outlet }
    }

    /// A node runs, and finds the others.
    func join(_ node: Int) {
        self.change { membership, _ in membership.join(node) }
    }

    /// A node runs, and finds no others for now.
    func startAlone(_ node: Int, _ logins: Startup.Logins) {
        self.change { membership, moment in membership.startAlone(node, logins, moment) }
    }

    func stopped(_ node: Int, electing election: Election) {
        self.lose(election) { $0.leave(node, $1) }
        self.store.forgetMemory(of: node)
    }

    func part(_ node: Int, electing election: Election) {
        self.lose(election) { $0.part(node, $1) }
    }

    /// A node does nothing for a while, so that the others miss it.
    ///
    /// - Returns: whether it was in contact with others.
    func loseTouch(with node: Int, electing election: Election) -> Bool {
        guard self.membership.members.count > 1, self.membership.isJoined(node) else { return false }
        self.part(node, electing: election)
        return true
    }

    /// A node that runs apart from the others finds them.
    func rejoin(_ node: Int) {
        if self.membership.role(of: node) != nil { self.join(node) }
    }

    // MARK: - Elections

    /// - Parameter election: applies if the cluster loses its master by this.
    private func lose(_ election: Election, _ change: (inout Membership, Moment) -> Void) {
        let hadMaster = self.membership.master != nil
        var membership = self.membership
        change(&membership, self.moment)
        if hadMaster, membership.master == nil { self.vacate(election) }
        self.change { current, _ in current = membership }
    }

    private func vacate(_ election: Election) {
        switch election {
        case .immediate:
            self.vacancy = nil
        case .onDemand:
            self.vacancy = .command
        case .after(let delay):
            let timer = self.environment.timer(on: self.executor) { [weak self] in
                self?.assumeIsolated { $0.fillVacancy() }
            }
            timer.schedule(after: delay)
            self.vacancy = .timer(timer)
        }
    }

    /// No node is elected until further notice.
    func suspendElections() {
        self.vacancy = .command
    }

    /// Elects one of the nodes that are present, or else the first one to join.
    func fillVacancy() {
        self.vacancy = nil
        self.change { _, _ in }
    }

    /// - Returns: false if the node is not present.
    func elect(_ node: Int) -> Bool {
        guard self.membership.isJoined(node) else { return false }
        self.vacancy = nil
        self.change { $0.elect(node, $1) }
        return true
    }

    private func change(_ change: (inout Membership, Moment) -> Void) {
        let moment = self.moment
        let master = self.membership.master
        change(&self.membership, moment)
        if self.membership.master == nil, self.vacancy == nil, let candidate = self.membership.candidate {
            self.membership.elect(candidate, moment)
        }
        if self.membership.master != master {
            self.store.masterChanged(from: master, to: self.membership.master, now: self.now)
            self.endTurn()
        }
        self.watchers.valueChanged(to: self.membership)
    }

    private var moment: Moment {
        Moment(
            time: Date(milliseconds: self.now),
            lastPosition: self.store.log.lastPosition,
            endPosition: self.store.log.endPosition
        )
    }

    /// Returns as soon as `condition` is true; at once if it is true already.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    func wait(until condition: @escaping @Sendable (Membership) -> Bool) async throws {
        try await self.watchers.wait(self.membership, until: condition)
    }
}
