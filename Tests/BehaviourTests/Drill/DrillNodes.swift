import EmbeddedEventStore
import Foundation
import PhotonPump
import ScriptedPeers
import Trials

/// The nodes of a cluster, numbered from 0, as those see them who can pull the plug.
protocol DrillNodes: Sendable {
    var count: Int { get }
    /// How clients find the nodes, without a user.
    var configuration: Client.Configuration { get async throws }
    /// The number of the master, if there is one now.
    var master: Int? { get async throws }

    func strike(_ node: Int, with blow: DrillPlan.Blow) async throws
    /// Makes it pass.
    func end(_ blow: DrillPlan.Blow, of node: Int) async throws
    /// Returns when one node is the master, and all others follow it.
    func isCluster(within limit: Duration) async throws
    /// What nodes have cut off their logs so far.
    var truncations: [DrillTruncation] { get async throws }
}

/// The nodes did not do what they were told to.
struct DrillFailure: Error, CustomStringConvertible {
    let description: String
}

/// Real nodes, which a program handles: its arguments are a blow, or what makes it pass, and a number.
struct RealDrillNodes: DrillNodes {
    private let program: String
    private let settings: Client.Configuration
    private let seeds: [Endpoint]

    init(_ nodes: DrillPlan.RealNodes) throws {
        self.program = nodes.program
        self.settings = try Client.Configuration(nodes.url)
        guard case .cluster(let seeds) = self.settings.target, seeds.count > 2 else {
            throw DrillFailure(description: "PHOTONPUMP_DRILL_URL does not name the gossip seeds of three nodes")
        }
        self.seeds = seeds
    }

    var count: Int { self.seeds.count }
    var configuration: Client.Configuration { self.settings }

    var master: Int? {
        get async throws {
            for gossip in await self.gossips() {
                let master = gossip.members.first { $0.isAlive && $0.state == .master }
                if let master, let node = self.seeds.firstIndex(where: { $0.port == master.http?.port }) { return node }
            }
            return nil
        }
    }

    func strike(_ node: Int, with blow: DrillPlan.Blow) async throws { try await self.run(blow.rawValue, node) }
    func end(_ blow: DrillPlan.Blow, of node: Int) async throws { try await self.run(blow.end, node) }

    func isCluster(within limit: Duration) async throws {
        let end = ContinuousClock.now + limit
        while true {
            let gossips = await self.gossips()
            if gossips.count == self.count, gossips.allSatisfy(self.isComplete) { return }
            guard ContinuousClock.now < end else {
                throw DrillFailure(description: "the nodes are no cluster after \(limit): \(gossips)")
            }
            // What a real cluster does can only be asked.
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    private func isComplete(_ gossip: ClusterGossip) -> Bool {
        let states = gossip.members.filter { $0.isAlive }.map(\.state)
        return states.count { $0 == .master } == 1 && states.count { $0 == .follower } == self.count - 1
    }

    /// What each node that answers knows about the cluster.
    private func gossips() async -> [ClusterGossip] {
        var gossips: [ClusterGossip] = []
        for seed in self.seeds {
            var configuration = self.settings
            configuration.target = .cluster(gossip: [seed])
            if let gossip = try? await ClusterGossip.read(configuration) { gossips.append(gossip) }
        }
        return gossips
    }

    var truncations: [DrillTruncation] {
        get async throws {
            try await self.run(["truncations"]).split(separator: "\n").map { line in
                let numbers = line.split(separator: " ").compactMap { Int64($0) }
                guard numbers.count == 3, numbers[1] <= numbers[2] else {
                    throw DrillFailure(description: "\(self.program) says that nodes have cut off '\(line)'")
                }
                return DrillTruncation(node: Int(numbers[0]), range: numbers[1]..<numbers[2])
            }
        }
    }

    private func run(_ deed: String, _ node: Int) async throws { _ = try await self.run([deed, "\(node + 1)"]) }

    /// What the program prints.
    private func run(_ arguments: [String]) async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: self.program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        let (ended, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            end.yield(process.terminationStatus)
            end.finish()
        }
        try process.run()
        // There are never so many truncations that the pipe is full.
        for await status in ended {
            process.release()
            guard status != 0 else { continue }
            let command = arguments.joined(separator: " ")
            throw DrillFailure(description: "\(self.program) \(command) failed with status \(status)")
        }
        return String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }
}

/// An embedded cluster that behaves as real ones do when nodes fail: elections take their time, a node that starts does
/// not answer logins at first, and now and then writes end in timeouts, whether they were made or not.
struct EmbeddedDrillNodes: DrillNodes {
    private static let election = Election.after(.milliseconds(400))

    let cluster: EmbeddedCluster

    init(_ cluster: EmbeddedCluster) {
        self.cluster = cluster
    }

    var count: Int { self.cluster.nodes.count }
    var configuration: Client.Configuration { get throws { try self.cluster.hastyConfiguration() } }
    var master: Int? { get async { await self.cluster.master } }

    func strike(_ node: Int, with blow: DrillPlan.Blow) async throws {
        switch blow {
        case .kill: try await self.cluster.kill(node, election: Self.election)
        case .suspend: try await self.cluster.suspend(node, election: Self.election)
        case .cut: try await self.cluster.isolate(node, election: Self.election)
        case .fill: throw DrillFailure(description: "embedded nodes have no disk that could be full")
        }
    }

    func end(_ blow: DrillPlan.Blow, of node: Int) async throws {
        switch blow {
        case .kill:
            let faults = self.cluster.nodes[node].faults
            try await faults.add(.timeOutWrites(in: .commit, afterWriting: true, times: 3))
            try await faults.add(.timeOutWrites(in: .prepare, afterWriting: false, times: 3))
            try await self.cluster.restart(node, startup: .after(.milliseconds(300), logins: .ignored))
        case .suspend: try await self.cluster.resume(node)
        case .cut: try await self.cluster.reconnect(node)
        case .fill: break
        }
    }

    func isCluster(within limit: Duration) async throws {
        try await self.cluster.waitForMaster()
        for node in 0..<self.count { try await self.cluster.waitUntilReady(node) }
    }

    /// They confirm only what they keep.
    var truncations: [DrillTruncation] { [] }
}
