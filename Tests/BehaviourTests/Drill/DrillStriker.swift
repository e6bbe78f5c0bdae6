import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

/// Strikes nodes, one after another, as a seed decides.
struct DrillStriker {
    private static let noBlows: Comment = "PHOTONPUMP_DRILL_BLOWS is to name some of kill, suspend, cut and fill"
    /// Each as often as it is here.
    private static let blows: [DrillPlan.Blow] = [.kill, .kill, .kill, .suspend, .suspend, .cut, .cut, .fill]

    private let nodes: any DrillNodes
    private let plan: DrillPlan
    private var generator: SeededGenerator
    /// How often it has done what.
    private(set) var deeds: [String: Int] = [:]
    /// What this process used before each strike, and in the end.
    private(set) var footprints: [Footprint] = []

    init(_ nodes: any DrillNodes, _ plan: DrillPlan) {
        self.nodes = nodes
        self.plan = plan
        self.generator = SeededGenerator(seed: plan.seed)
    }

    /// Strikes as often, or as long, as planned. In the end all nodes are there again.
    mutating func run() async throws {
        let end = self.plan.minutes.map { ContinuousClock.now + .seconds(60 * $0) }
        var strikes = 0
        while end.map({ ContinuousClock.now < $0 }) ?? (strikes < self.plan.strikes) {
            strikes += 1
            try self.measure()
            try await self.pause(self.plan.calm)
            let isHasty = Int.random(in: 0..<5, using: &self.generator) == 0
            try await self.strike()
            // Now and then the next strike comes before the last one is forgotten.
            if !isHasty { try await self.nodes.isCluster(within: self.plan.patience) }
        }
        try await self.nodes.isCluster(within: self.plan.patience)
        try self.measure()
    }

    private mutating func measure() throws {
        if Footprint.isKnown { self.footprints.append(try Footprint()) }
    }

    private mutating func strike() async throws {
        let any = Int.random(in: 0..<self.nodes.count, using: &self.generator)
        let wantsMaster = Int.random(in: 0..<3, using: &self.generator) > 0
        let master = try await self.nodes.master
        let victim = wantsMaster ? master ?? any : any
        let role = victim == master ? "master" : "follower"
        let allowed = Self.blows.filter(self.plan.blows.contains)
        let blow = try #require(allowed.randomElement(using: &self.generator), Self.noBlows)
        self.note("\(role)s \(blow.participle)")
        try await self.nodes.strike(victim, with: blow)
        try await self.pause(self.plan.outage)
        try await self.nodes.end(blow, of: victim)
    }

    private mutating func pause(_ milliseconds: ClosedRange<Int>) async throws {
        try await Task.sleep(for: .milliseconds(Int.random(in: milliseconds, using: &self.generator)))
    }

    private mutating func note(_ deed: String) {
        self.deeds[deed, default: 0] += 1
        sayDuringDrill("\(deed.replacing("s ", with: " ", maxReplacements: 1)) (\(self.deeds.values.reduce(0, +)))")
    }
}
