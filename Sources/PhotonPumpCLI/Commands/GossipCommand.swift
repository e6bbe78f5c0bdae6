import ArgumentParser
import Foundation
import PhotonPump

/// `pump gossip`
struct GossipCommand: PumpCommand {
    static let configuration = CommandConfiguration(
        commandName: "gossip",
        abstract: "Show the nodes of a cluster, as its gossip reports them.",
        discussion: """
            Asks the endpoints of a discover:// URL one after another until one answers; for a tcp:// or tls:// URL, \
            the HTTP port of that host.
            """
    )

    @OptionGroup var http: HTTPOptions
    @OptionGroup var shared: SharedOptions<Pump>

    func run() async throws {
        let options = self.options
        let configuration = try options.configuration()
        try await interruptible {
            let members = try await self.http.request(configuration) {
                try await ClusterGossip.read(configuration, httpPort: self.http.httpPort, logger: options.logger)
            }.members
            if options.json {
                for member in members { Output.line(JSON(member)) }
            } else {
                Output.lines(Self.table(members).lines)
            }
        }
    }

    private static func table(_ members: [ClusterMember]) -> Table {
        var table = Table("STATE", "ALIVE", "TCP", "TLS", "HTTP", "WRITTEN", "EPOCH")
        for member in members {
            table.add(
                member.state.rawValue, member.isAlive ? "yes" : "no", member.endpoint(usesTLS: false).cell,
                member.endpoint(usesTLS: true).cell, member.http.cell, member.writerCheckpoint.cell,
                member.epochNumber.cell)
        }
        return table
    }
}

extension JSON {
    /// A member of a cluster.
    fileprivate init(_ member: ClusterMember) {
        self = .object([
            ("id", member.id.map { .string($0.uuidString.lowercased()) } ?? .null),
            ("state", .string(member.state.rawValue)),
            ("isAlive", .bool(member.isAlive)),
            ("tcp", Self.endpoint(member.endpoint(usesTLS: false))),
            ("tls", Self.endpoint(member.endpoint(usesTLS: true))),
            ("http", Self.endpoint(member.http)),
            ("isReadOnlyReplica", .bool(member.isReadOnlyReplica)),
            ("lastCommitPosition", member.lastCommitPosition.map { .integer($0) } ?? .null),
            ("writerCheckpoint", member.writerCheckpoint.map { .integer($0) } ?? .null),
            ("epochNumber", member.epochNumber.map { .integer(Int64($0)) } ?? .null),
            ("nodePriority", .integer(Int64(member.nodePriority))),
        ])
    }

    private static func endpoint(_ endpoint: Endpoint?) -> JSON {
        endpoint.map { .string("\($0)") } ?? .null
    }
}
