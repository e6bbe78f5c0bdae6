internal import Foundation
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// What the nodes of one cluster share: the events, and which nodes are present. A single server is a cluster of one.
///
/// The nodes run on its executor, so they can access it without waiting. A write is in the log of all nodes as soon as
/// it is made, and its answer is sent after that: whatever happens to a node, acknowledged writes are kept.
actor Commons {
    nonisolated let executor: QueueExecutor
    nonisolated let generation: Generation
    var node: Node
    private(set) var membership: Membership
    var outlets: [Int: Outlet] = [:]
    var isDelivering = false
    /// Fires while there are persistent subscriptions.
    var ticker: QueueTimer?
    nonisolated let tickInterval: Duration
    private var watchers = Watchers<Membership>()

    /// What nodes that are not the master remember of their time as the master.
    private var memories: [Int: RecentEventIDs] = [:]

    /// Set while the cluster should stay without a master.
    private var vacancy: Vacancy?

    /// What ends the time without a master.
    private enum Vacancy {
        case timer(QueueTimer)
        case command
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    init(_ addresses: [NodeAddress], _ configuration: EmbeddedServer.Configuration) {
        self.executor = QueueExecutor(label: "embedded-eventstore")
        self.generation = configuration.generation
        self.tickInterval = configuration.persistentSubscriptionTick
        self.membership = Membership(addresses, configuration.generation)
        self.node = Node(
            log: Self.emptyLog(configuration),
            users: UserDirectory(configuration.users),
            offersFilteredReads: configuration.offersFilteredReads
        )
    }

    /// The answer of a node that is running.
    func answer(_ package: Package, _ session: inout Session, from client: ClientID, now: Int64) -> Answer? {
        // The effects of earlier requests on this client come first.
        self.deliver()
        let role = self.membership.role(of: client.node) ?? .leaderless
        let answer = self.node.answer(package, &session, from: client, as: role, now: now)
        if answer?.followsDeliveries ?? false { self.deliver() }
        return answer
    }

    /// Makes a single server forget all events.
    func loseData(of configuration: EmbeddedServer.Configuration) {
        if self.membership.members.count == 1 { self.node.replaceLog(Self.emptyLog(configuration)) }
    }

    private static func emptyLog(_ configuration: EmbeddedServer.Configuration) -> EventLog {
        EventLog(seed: .random(in: .min ... .max), linksEvents: configuration.runsSystemProjections)
    }

    func gossip(of node: Int) -> GossipDocument { self.membership.gossip(of: node, self.moment) }

    // MARK: - Joining and leaving

    func place(_ node: Int, at address: NodeAddress) {
        self.membership.place(node, at: address)
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
        self.memories[node] = nil
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
            let timer = QueueTimer(on: self.executor.queue) { [weak self] in
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
            self.exchangeMemories(master, self.membership.master)
            self.masterChanged()
        }
        self.watchers.valueChanged(to: self.membership)
    }

    /// Each node remembers the ids of the events that it has written itself as the master, as long as it runs.
    private func exchangeMemories(_ old: Int?, _ new: Int?) {
        if let old { self.memories[old] = self.node.log.recentIDs }
        self.node.log.recentIDs = new.flatMap { self.memories.removeValue(forKey: $0) } ?? RecentEventIDs()
    }

    private var moment: Moment {
        Moment(time: .now, lastPosition: self.node.log.lastPosition, endPosition: self.node.log.endPosition)
    }

    // MARK: - Waiting

    /// Returns as soon as `condition` is true; at once if it is true already.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    func wait(until condition: @escaping @Sendable (Membership) -> Bool) async throws {
        let id = self.watchers.makeID()
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            if condition(self.membership) { return }
            try await withCheckedThrowingContinuation { self.watchers.add(id, condition, $0) }
        } onCancel: {
            Task { await self.cancelWait(id) }
        }
    }

    private func cancelWait(_ id: Int) { self.watchers.cancel(id) }
}
