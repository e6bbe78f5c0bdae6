import ArgumentParser
import Foundation
import PhotonPump
import PhotonPumpAdmin

/// `pump node`
struct NodeCommand: PumpCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Inspect a server, and tell it to scavenge, merge indexes, resign or shut down.",
        discussion: """
            Requests are made over HTTP, as the user in the connection string. In a cluster they are made of the master, \
            unless --node says otherwise.
            """,
        subcommands: [
            Info.self, Stats.self, Health.self, Scavenge.self, StopScavenge.self, MergeIndexes.self, Resign.self,
            Priority.self, Shutdown.self,
        ]
    )

    @OptionGroup var shared: SharedOptions<Pump>

    /// Which node.
    struct Target: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                "The HTTP interface of one node. The user's password is sent there. (default: the server or the master)",
                valueName: "host:port"),
            transform: NodeCommand.endpoint)
        var node: Endpoint?

        func node(of admin: Admin) -> Node { self.node.map { admin.node(at: $0) } ?? admin.node }
    }

    private static func endpoint(_ argument: String) throws -> Endpoint {
        guard argument.contains(":"), let configuration = try? Client.Configuration("tcp://\(argument)"),
            case .node(let endpoint) = configuration.target, configuration.credentials == nil
        else { throw ValidationError("'\(argument)' is not a host and a port, such as db1:2113") }
        return endpoint
    }

    /// `pump node info`
    struct Info: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Show a server's version and state.")

        @OptionGroup var target: Target
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<NodeCommand>

        func run(with admin: Admin, json: Bool) async throws {
            let info = try await self.target.node(of: admin).info()
            Output.lines(json ? ["\(JSON(info.values))"] : info.lines)
        }
    }

    /// `pump node stats`
    struct Stats: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a server measures of itself.",
            discussion: "For people, the most telling values and the queues; with --json, all there is.")

        @OptionGroup var target: Target
        @OptionGroup var watch: WatchOptions
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<NodeCommand>

        func run(with admin: Admin, json: Bool) async throws {
            let node = self.target.node(of: admin)
            try await self.watch.run {
                let statistics = try await node.statistics()
                Output.lines(json ? ["\(JSON(statistics.values))"] : statistics.lines)
            }
        }
    }

    /// `pump node health`
    struct Health: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell whether a server answers and is ready; exit with 1 if it is not.")

        @OptionGroup var target: Target
        @Flag(help: "Exit with 1 only if it does not answer.")
        var live = false
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<NodeCommand>

        func run(with admin: Admin, json: Bool) async throws {
            let health = try await self.target.node(of: admin).health()
            let state = health.info?.stateName
            let text = "\(health.isLive ? "live" : "not live"), \(health.isReady ? "ready" : "not ready")"
            let document = JSON.object([
                ("isLive", .bool(health.isLive)), ("isReady", .bool(health.isReady)), ("state", JSON(state)),
                ("error", JSON(health.error?.description)),
            ])
            Output.line(json ? "\(document)" : text + (state.map { " (\($0))" } ?? ""))
            guard self.live ? health.isLive : health.isReady else {
                if let error = health.error { throw error }
                throw ExitCode.failure
            }
        }
    }

    /// `pump node scavenge`
    struct Scavenge: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start to reclaim the space of deleted events.",
            discussion: "Prints the id of what was started, with servers from 5.0 on. pump scavenge does so over TCP.")

        @OptionGroup var target: Target
        @Option(help: "The number of the chunk of the log to begin with.")
        var fromChunk = 0
        @Option(help: "How many chunks to scavenge at a time.")
        var threads = 1
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<NodeCommand>

        func validate() throws {
            try check("from-chunk", self.fromChunk, in: 0...)
            try check("threads", self.threads, in: 1...)
        }

        func run(with admin: Admin, json: Bool) async throws {
            let id = try await self.target.node(of: admin).startScavenge(
                fromChunk: self.fromChunk, threads: self.threads)
            let document = JSON.object([("result", .string("started")), ("id", JSON(id))])
            Output.line(json ? "\(document)" : "scavenge \(id.map { "\($0) " } ?? "")has begun")
        }
    }

    /// `pump node stop-scavenge`
    struct StopScavenge: NodeChange {
        static let done = "no longer scavenges"
        static let configuration = CommandConfiguration(
            abstract: "Stop a scavenge that pump node scavenge has started, with servers from 5.0 on.")

        @OptionGroup var target: Target
        @Argument(help: "The id that was printed.")
        var id: String
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<NodeCommand>

        func change(_ node: Node) async throws { try await node.stopScavenge(self.id) }
    }

    /// `pump node merge-indexes`
    struct MergeIndexes: NodeChange {
        static let done = "merges its indexes"
        static let configuration = CommandConfiguration(
            abstract: "Merge the files of the index, with servers from 5.0 on.")

        @OptionGroup var target: Target
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<NodeCommand>

        func change(_ node: Node) async throws { try await node.mergeIndexes() }
    }

    /// `pump node resign`
    struct Resign: NodeChange {
        static let done = "resigns"
        static let configuration = CommandConfiguration(
            abstract: "Have a master leave its office to another node, with servers that can.")

        @OptionGroup var target: Target
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<NodeCommand>

        func change(_ node: Node) async throws { try await node.resign() }
    }

    /// `pump node priority`
    struct Priority: NodeChange {
        static let done = "has another priority"
        static let configuration = CommandConfiguration(
            abstract: "Set a node's priority in elections, with servers that can.")

        @OptionGroup var target: Target
        @Argument(help: "Nodes with a higher one are preferred.")
        var priority: Int
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<NodeCommand>

        func change(_ node: Node) async throws { try await node.setPriority(self.priority) }
    }

    /// `pump node shutdown`
    struct Shutdown: NodeChange {
        static let done = "shuts down"
        static let configuration = CommandConfiguration(
            abstract: "Shut a server down; in a cluster the master, unless --node says otherwise.")

        @OptionGroup var target: Target
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<NodeCommand>

        func change(_ node: Node) async throws { try await node.shutDown() }
    }
}

/// Tells a node to do something, and prints that it does.
private protocol NodeChange: AdminCommand {
    static var done: String { get }

    var target: NodeCommand.Target { get }

    func change(_ node: Node) async throws
}

extension NodeChange {
    func run(with admin: Admin, json: Bool) async throws {
        try await self.change(self.target.node(of: admin))
        let name = self.target.node.map { "\($0)" }
        let document = JSON.object([("node", JSON(name)), ("result", .string(Self.done))])
        Output.line(json ? "\(document)" : "\(name ?? "the node") \(Self.done)")
    }
}

extension NodeInfo {
    fileprivate var lines: [String] {
        [
            "version          \(self.version)",
            "state            \(self.stateName)",
            "projections      \(self.projectionsMode.cell)",
        ]
    }
}

extension NodeStatistics {
    fileprivate var lines: [String] {
        let lines = [
            "memory           \(self.memory.map { "\($0 >> 20) MiB" } ?? "unknown")",
            "processor        \(self.cpu.map { String(format: "%.1f %%", $0) } ?? "unknown")",
            "log              \(self.writerCheckpoint.cell)",
            "connections      \(self.tcpConnections.cell)",
        ]
        guard !self.queues.isEmpty else { return lines }
        var table = Table("QUEUE", "LENGTH", "PEAK", "PER SECOND", "TOTAL")
        for queue in self.queues {
            table.add(
                queue.name, queue.length.cell, queue.lengthLifetimePeak.cell,
                queue.averageItemsPerSecond.cell, queue.totalItemsProcessed.cell)
        }
        return lines + [""] + table.lines
    }
}
