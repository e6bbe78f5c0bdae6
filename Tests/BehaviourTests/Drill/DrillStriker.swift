import PhotonPump
import PhotonPumpWire
import Testing

/// Kills, restarts and suspends nodes, one after another, as a seed decides.
struct DrillStriker {
    private static let noBlows: Comment = "PHOTONPUMP_DRILL_BLOWS is to name kill, suspend or both"

    private let nodes: any DrillNodes
    private let plan: DrillPlan
    private var generator: SeededGenerator
    /// How often it has done what.
    private(set) var deeds: [String: Int] = [:]

    init(_ nodes: any DrillNodes, _ plan: DrillPlan) {
        self.nodes = nodes
        self.plan = plan
        self.generator = SeededGenerator(seed: plan.seed)
    }

    /// Strikes as often as planned. In the end all nodes are there again.
    mutating func run() async throws {
        for _ in 0..<self.plan.strikes {
            try await self.pause(self.plan.calm)
            let isHasty = Int.random(in: 0..<5, using: &self.generator) == 0
            try await self.strike()
            // Now and then the next strike comes before the last one is forgotten.
            if !isHasty { try await self.nodes.isCluster(within: self.plan.patience) }
        }
        try await self.nodes.isCluster(within: self.plan.patience)
    }

    private mutating func strike() async throws {
        let any = Int.random(in: 0..<self.nodes.count, using: &self.generator)
        let wantsMaster = Int.random(in: 0..<3, using: &self.generator) > 0
        let master = try await self.nodes.master
        let victim = wantsMaster ? master ?? any : any
        let role = victim == master ? "master" : "follower"
        // Drawn in any case, so that a seed makes the same decisions with fewer blows.
        let prefersSuspending = Int.random(in: 0..<3, using: &self.generator) == 0
        let preferred: DrillPlan.Blow = prefersSuspending ? .suspend : .kill
        let blow = self.plan.blows.contains(preferred) ? preferred : try #require(self.plan.blows.first, Self.noBlows)
        switch blow {
        case .suspend:
            self.note("\(role)s suspended")
            try await self.nodes.suspend(victim)
            try await self.pause(self.plan.outage)
            try await self.nodes.resume(victim)
        case .kill:
            self.note("\(role)s killed")
            try await self.nodes.kill(victim)
            try await self.pause(self.plan.outage)
            try await self.nodes.start(victim)
        }
    }

    private mutating func pause(_ milliseconds: ClosedRange<Int>) async throws {
        try await Task.sleep(for: .milliseconds(Int.random(in: milliseconds, using: &self.generator)))
    }

    private mutating func note(_ deed: String) {
        self.deeds[deed, default: 0] += 1
        sayDuringDrill("\(deed.replacing("s ", with: " ", maxReplacements: 1)) (\(self.deeds.values.reduce(0, +)))")
    }
}
