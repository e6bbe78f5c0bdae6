import EmbeddedEventStore
import PhotonPumpWire

/// Kills, restarts and stalls the nodes of a cluster, cuts their connections and moves the master, as a seed decides.
struct Disturber {
    private let cluster: EmbeddedCluster
    private var generator: SeededGenerator
    private var dead: Set<Int> = []
    private var stalls: [EmbeddedServer.ActiveFault] = []
    /// How often it has done what.
    private(set) var deeds: [String: Int] = [:]

    init(_ cluster: EmbeddedCluster, seed: UInt64) {
        self.cluster = cluster
        self.generator = SeededGenerator(seed: seed)
    }

    /// Disturbs every second or two until `end`, and then puts everything in order.
    mutating func run(until end: ContinuousClock.Instant) async throws {
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(Int.random(in: 300...1500, using: &self.generator)))
            try await self.disturb()
        }
        for stall in self.stalls { try await stall.lift() }
        for node in self.dead { try await self.restart(node) }
        try await self.cluster.waitForMaster()
    }

    private mutating func disturb() async throws {
        // A stall ends with the next deed or the one after it.
        if self.stalls.count > Int.random(in: 0...1, using: &self.generator) {
            try await self.stalls.removeFirst().lift()
        }
        let victim = await self.victim()
        switch Int.random(in: 0..<10, using: &self.generator) {
        case 0...2: try await self.kill(victim)
        case 3...4: if let node = self.dead.min() { try await self.restart(node) }
        case 5...6: try await self.stall(victim)
        case 7: try await self.moveMaster(to: victim)
        default: await self.cut(victim)
        }
    }

    /// A node that lives: often the master, to which the client is connected if it can be.
    private mutating func victim() async -> Int {
        let living = self.cluster.nodes.indices.filter { !self.dead.contains($0) }
        let any = living.randomElement(using: &self.generator) ?? 0
        let isMaster = Int.random(in: 0..<3, using: &self.generator) > 0
        return isMaster ? await self.cluster.master ?? any : any
    }

    private mutating func kill(_ node: Int) async throws {
        self.note("kills")
        let vacancy = Int.random(in: 0...1000, using: &self.generator)
        try await self.cluster.kill(node, election: vacancy < 300 ? .immediate : .after(.milliseconds(vacancy)))
        self.dead.insert(node)
        // Without any node there is nothing to be learnt.
        if self.dead.count == self.cluster.nodes.count { try await self.restart(node) }
    }

    private mutating func restart(_ node: Int) async throws {
        self.note("restarts")
        try await self.cluster.restart(node)
        self.dead.remove(node)
    }

    private mutating func stall(_ node: Int) async throws {
        self.note("stalls")
        let isReading = Bool.random(using: &self.generator)
        self.stalls.append(try await self.cluster.nodes[node].faults.add(isReading ? .stallReads : .stallWrites))
    }

    private mutating func moveMaster(to node: Int) async throws {
        // To move it where it is would be no move.
        let other = self.cluster.nodes.indices.first { $0 != node && !self.dead.contains($0) }
        guard let node = await self.cluster.master == node ? other : node else { return }
        self.note("moves of the master")
        try await self.cluster.moveMaster(to: node)
    }

    private mutating func cut(_ node: Int) async {
        self.note("cuts")
        await self.cluster.nodes[node].dropConnections(abruptly: Bool.random(using: &self.generator))
    }

    private mutating func note(_ deed: String) { self.deeds[deed, default: 0] += 1 }
}
