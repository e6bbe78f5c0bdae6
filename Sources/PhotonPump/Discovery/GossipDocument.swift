internal import PhotonPumpSystem

/// The JSON of `/gossip`, of servers of the 4.x and 5.x lines and from 20.x on.
struct GossipDocument: Decodable {
    let members: [Member]

    struct Member: Decodable {
        let instanceId: String?
        let state: String
        let isAlive: Bool
        let externalTcpIp: String
        let externalTcpPort: Int?
        let externalSecureTcpPort: Int?
        /// Up to 5.x.
        let externalHttpIp: String?
        let externalHttpPort: Int?
        /// From 20.x on.
        let httpEndPointIp: String?
        let httpEndPointPort: Int?
        let isReadOnlyReplica: Bool?
        let lastCommitPosition: Int64?
        let writerCheckpoint: Int64?
        let epochNumber: Int?
        let nodePriority: Int?
    }

    private enum CodingKeys: CodingKey {
        case members
    }

    init(from decoder: any Decoder) throws {
        var members = try decoder.container(keyedBy: CodingKeys.self).nestedUnkeyedContainer(forKey: .members)
        var readable: [Member] = []
        while !members.isAtEnd {
            // If one node describes itself in an unknown way, the others should still be seen.
            if let member = try members.decode(Lenient.self).member { readable.append(member) }
        }
        self.members = readable
    }

    private struct Lenient: Decodable {
        let member: Member?

        init(from decoder: any Decoder) throws {
            self.member = try? Member(from: decoder)
        }
    }
}

extension ClusterGossip {
    /// - Throws: `DecodingError`.
    package init(json: [UInt8]) throws {
        let document = try JSONDecoder().decode(GossipDocument.self, from: Data(json))
        self.init(members: document.members.compactMap(ClusterMember.init))
    }
}

extension ClusterMember {
    private static let nobody = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    /// nil if the state is unknown, or the host is not a valid one.
    fileprivate init?(_ member: GossipDocument.Member) {
        guard let state = NodeState(name: member.state), Endpoint.isHost(member.externalTcpIp) else { return nil }
        self.init(
            state: state,
            isAlive: member.isAlive,
            tcpHost: member.externalTcpIp,
            tcpPort: Self.port(member.externalTcpPort),
            tlsPort: Self.port(member.externalSecureTcpPort)
        )
        self.id = member.instanceId.flatMap { UUID(uuidString: $0) }.flatMap { $0 == Self.nobody ? nil : $0 }
        if let host = member.httpEndPointIp ?? member.externalHttpIp, Endpoint.isHost(host),
            let port = Self.port(member.httpEndPointPort ?? member.externalHttpPort)
        {
            self.http = Endpoint(host: host, port: port)
        }
        self.isReadOnlyReplica = member.isReadOnlyReplica ?? false
        self.lastCommitPosition = member.lastCommitPosition.flatMap { $0 < 0 ? nil : $0 }
        self.writerCheckpoint = member.writerCheckpoint.flatMap { $0 < 0 ? nil : $0 }
        self.epochNumber = member.epochNumber.flatMap { $0 < 0 ? nil : $0 }
        self.nodePriority = member.nodePriority ?? 0
    }

    /// Servers write 0 for no port.
    private static func port(_ number: Int?) -> Int? {
        number.flatMap { (1...65535).contains($0) ? $0 : nil }
    }
}
