import EmbeddedEventStore
import PhotonPumpTransport
import PhotonPumpWire

/// Kills, suspends, isolates and restarts the nodes of a cluster, lets answers get lost, and moves the master, as chance
/// has it.
struct Striker {
    private enum Harm: Hashable {
        case dead, suspended, isolated
    }

    private let stage: Stage
    private var chances: SeededGenerator
    /// The longest pause between two blows, in milliseconds: some trials are calmer than others.
    private let pause: Int
    private var harmed: [Int: Harm] = [:]
    private var faults: [EmbeddedServer.ActiveFault] = []

    init(_ stage: Stage) {
        self.stage = stage
        self.chances = stage.chances(300)
        self.pause = [1_000, 300, 100][self.chances.number(0..<3)]
    }

    private var cluster: EmbeddedCluster { self.stage.cluster }

    /// Strikes until the trial is over, and then puts everything in order.
    mutating func run() async throws {
        while !self.stage.isOver {
            try await self.stage.sleep(milliseconds: self.chances.number(10..<self.pause))
            try await self.strike()
        }
        try await self.repair()
    }

    private mutating func repair() async throws {
        for node in self.cluster.nodes { try await node.faults.liftAll() }
        self.faults = []
        for node in self.harmed.keys.sorted() { try await self.heal(node) }
        try await self.cluster.waitForMaster()
    }

    private mutating func strike() async throws {
        // A fault ends with the next blow or one of those after it.
        if self.faults.count > self.chances.number(0..<3) { try await self.faults.removeFirst().lift() }
        let victim = await self.victim()
        switch self.chances.number(0..<20) {
        case 0...6: try await self.harm(victim)
        case 7...11:
            if let node = self.harmed.keys.sorted().randomElement(using: &self.chances) { try await self.heal(node) }
        case 12: try await self.moveMaster(to: victim)
        case 13: await self.drop(victim)
        case 14: self.standStill()
        default: try await self.addFault(to: victim)
        }
    }

    /// A node that is well: often the master, to which most clients are connected if they can be.
    private mutating func victim() async -> Int {
        let well = self.cluster.nodes.indices.filter { self.harmed[$0] == nil }
        let any = well.randomElement(using: &self.chances) ?? 0
        let isAny = self.chances.once(in: 3)
        guard !isAny, let master = await self.cluster.master, well.contains(master) else { return any }
        return master
    }

    // MARK: Nodes

    private mutating func harm(_ node: Int) async throws {
        guard self.harmed[node] == nil else { return }
        let vacancy = self.chances.number(0..<1_000)
        let election: Election = vacancy < 300 ? .immediate : .after(.milliseconds(vacancy))
        switch self.chances.number(0..<7) {
        case 0...4:
            self.note("kills")
            try await self.cluster.kill(node, election: election)
            self.harmed[node] = .dead
        case 5:
            self.note("suspensions")
            try await self.cluster.suspend(node, election: election)
            self.harmed[node] = .suspended
        default:
            self.note("isolations")
            try await self.cluster.isolate(node, election: election)
            self.harmed[node] = .isolated
        }
        // Without any node there is nothing to be learnt.
        if self.harmed.count == self.cluster.nodes.count { try await self.heal(node) }
    }

    private mutating func heal(_ node: Int) async throws {
        switch self.harmed.removeValue(forKey: node) {
        case .dead?: try await self.cluster.restart(node)
        case .suspended?: try await self.cluster.resume(node)
        case .isolated?: try await self.cluster.reconnect(node)
        case nil: break
        }
    }

    private mutating func moveMaster(to node: Int) async throws {
        // To move it where it is would be no move.
        let other = self.cluster.nodes.indices.first { $0 != node && self.harmed[$0] == nil }
        guard let node = await self.cluster.master == node ? other : node, self.harmed[node] == nil else { return }
        self.note("moves of the master")
        try await self.cluster.moveMaster(to: node)
    }

    private mutating func drop(_ node: Int) async {
        let server = self.cluster.nodes[node]
        if self.chances.once(in: 2) {
            self.note("dropped connections")
            await server.dropConnections(abruptly: self.chances.once(in: 2))
        } else {
            self.note("dropped subscriptions")
            await server.dropSubscriptions()
        }
    }

    private mutating func standStill() {
        guard let stall = self.stage.plan.stall else { return }
        self.note("standstills")
        let duration = Duration.milliseconds(self.chances.number(50..<5_000))
        stall(duration)
        self.stage.ledger.count { $0.standstill += duration }
    }

    private func note(_ deed: String) {
        self.stage.ledger.count { $0.deeds[deed, default: 0] += 1 }
    }

    // MARK: Faults

    private mutating func addFault(to node: Int) async throws {
        let (name, fault) = self.fault()
        self.note(name)
        self.faults.append(try await self.cluster.nodes[node].faults.add(fault))
    }

    /// A request whose answer has nothing to do with what else the server sends: that a subscription is confirmed twice,
    /// or after its events, cannot happen on a connection.
    private mutating func answered() -> EmbeddedServer.Fault.Request {
        if self.chances.once(in: 3) { return .writeEvents }
        let requests: [EmbeddedServer.Fault.Request] = [
            .authenticate, .identifyClient, .ping, .transactionStart, .transactionWrite, .transactionCommit, .readEvent,
            .readStreamForward, .readStreamBackward, .readAllForward, .readAllBackward, .filteredReadAllForward,
            .filteredReadAllBackward,
        ]
        return requests[self.chances.number(0..<requests.count)]
    }

    /// Of all but one: clients wait for the end of what they no longer want as long as the connection lasts.
    private mutating func lost() -> EmbeddedServer.Fault.Request {
        if self.chances.once(in: 2) { return self.answered() }
        let requests: [EmbeddedServer.Fault.Request] = [
            .subscribe, .filteredSubscribe, .connectToPersistentSubscription, .acknowledge, .refuse,
        ]
        return requests[self.chances.number(0..<requests.count)]
    }

    private mutating func fault() -> (String, EmbeddedServer.Fault) {
        let times = self.chances.number(1..<20)
        let isWrite = self.chances.once(in: 2)
        let request: EmbeddedServer.Fault.Request? = isWrite ? .writeEvents : nil
        switch self.chances.number(0..<16) {
        case 0: return ("stalls", .stallReads)
        case 1: return ("stalls", .stallWrites)
        case 2: return ("lost requests", .loseRequest(self.lost(), times: times))
        case 3: return ("lost answers", .loseReply(to: self.answered(), times: times))
        case 4:
            let delay = Duration.milliseconds(self.chances.number(1..<2_000))
            return ("late answers", .delayReply(to: self.answered(), by: delay, times: times))
        case 5: return ("held answers", .holdReply(to: self.answered(), times: times))
        case 6: return ("answers twice", .duplicateReply(to: self.answered(), times: times))
        case 7: return ("refusals", .answer(isWrite ? .notReady : .tooBusy, times: times))
        case 8...9:
            let phases: [EmbeddedServer.Fault.WritePhase] = [.prepare, .commit, .forward]
            let phase = phases[self.chances.number(0..<3)]
            return ("timeouts", .timeOutWrites(in: phase, afterWriting: isWrite, times: times))
        case 10...11:
            let moments: [EmbeddedServer.Fault.Moment] = [.beforeHandling, .beforeReply, .withinReply, .afterReply]
            let moment = moments[self.chances.number(0..<4)]
            return ("cuts", .dropConnection(moment, to: request, times: min(times, 3)).skipping(times))
        case 12: return ("cuts", .dropConnectionAfterPush(times: min(times, 3)).skipping(times))
        case 13: return ("closed ports", .refuseConnections)
        case 14: return ("closed connections", .closeNewConnections(times: min(times, 5)))
        default: return ("missing heartbeats", .ignoreHeartbeats)
        }
    }
}
