internal import Foundation
internal import NIOHTTP1
internal import PhotonPumpTransport
internal import PhotonPumpWire

extension Route {
    static let all = [Self.node, Self.users, Self.groups, Self.projections].flatMap(\.self)

    /// About the node, and what is done to it.
    private static let node = [
        Route(.GET, "/gossip", for: .everyone) { server, _ in
            HTTPAnswer(json: server.core.assumeIsolated { $0.gossip(of: server.number) }).uncached
        },
        Route(.GET, "/ping", for: .everyone) { _, _ in
            HTTPAnswer(json: ["text": "Ping request successfully handled"])
        },
        Route(.GET, "/info", for: .everyone) { server, _ in HTTPAnswer(json: server.info) },
        Route(.GET, "/stats", for: .everyone) { server, _ in
            HTTPAnswer(json: server.statistics).with("Cache-Control", "max-age=1, public")
        },
        Route(.GET, "/stats/tcp", for: .everyone) { server, _ in
            HTTPAnswer(json: server.connections.statistics).with("Cache-Control", "max-age=1, public")
        },
        // Where nobody replicates, a real server waits for somebody who does, and gives up.
        Route(.GET, "/stats/replication", for: .everyone) { _, _ in HTTPAnswer(.requestTimeout) },
        Route(.POST, "/admin/scavenge", for: .operators) { server, _ in
            HTTPAnswer(json: ["scavengeId": server.run.startScavenge(server.core.environment.newID())])
        },
        Route(.DELETE, "/admin/scavenge/{id}", for: .operators) { server, request in
            // Whichever was asked for, the answer names the last one.
            let last = server.run.lastScavenge
            let isLast = last == request["id"]
            let answer = HTTPAnswer(isLast ? .ok : .notFound, json: last)
            return isLast ? answer : answer.with("Content-Type", "text/plain; charset=utf-8")
        },
        Route(.POST, "/admin/mergeindexes", for: .operators) { server, _ in
            HTTPAnswer(json: ["mergeIndexesId": "\(server.core.environment.newID())"])
        },
        Route(.POST, "/admin/shutdown", for: .operators) { _, _ in
            var answer = HTTPAnswer(.ok)
            answer.stopsServer = true
            return answer
        },
    ]
}

/// What a server remembers of its maintenance since it was started.
struct ServerRun {
    /// Milliseconds since 1970.
    var started: Int64 = 0
    /// A scavenge has nothing to do; the last one counts as running, so that it can be stopped.
    private(set) var lastScavenge: String?

    mutating func startScavenge(_ id: GUID) -> String {
        self.lastScavenge = "\(id)"
        return "\(id)"
    }
}

extension EmbeddedServer {
    private struct Info: Encodable {
        let esVersion: String
        let state: String
        let projectionsMode: String
    }

    /// The version is that of the servers whose terms it uses.
    fileprivate var info: some Encodable {
        let generation = self.configuration.generation
        return Info(
            esVersion: generation == .version5 ? "5.0.11.0" : "20.10.0.0",
            state: (self.role?.state ?? .unknown).name(generation).lowercased(),
            projectionsMode: self.configuration.runsSystemProjections ? "All" : "None")
    }

    private struct Statistics: Encodable {
        struct Process: Encodable {
            let startTime: String
            let id: Int32
            let tcp: [String: Int]
        }

        let proc: Process
        let es: [String: Int64]
    }

    /// What there is of what real servers tell.
    fileprivate var statistics: some Encodable {
        let end = self.core.assumeIsolated { $0.store.log.endPosition }
        return Statistics(
            proc: .init(
                startTime: Date(milliseconds: self.run.started).ISO8601Format(.iso8601WithFraction),
                id: ProcessInfo.processInfo.processIdentifier,
                tcp: ["connections": self.connections.count, "pendingSend": self.connections.unsentCount]),
            es: ["checksum": end, "checksumNonFlushed": end])
    }
}

/// What is reported about a client's connection, with the members that clients read.
struct ConnectionStatistics: Encodable {
    let remoteEndPoint: String
    let clientConnectionName: String
    let pendingSendBytes: Int
    let isExternalConnection = true
}

extension Connections {
    fileprivate var statistics: [ConnectionStatistics] { self.byID.inOrder.map(\.value.statistics) }
    fileprivate var unsentCount: Int { self.byID.values.reduce(0) { $0 + $1.unsentCount } }
}
