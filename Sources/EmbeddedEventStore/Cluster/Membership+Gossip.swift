internal import Foundation
internal import PhotonPumpWire

extension Membership {
    /// What a node reports about its cluster.
    func gossip(of node: Int, _ moment: Moment) -> GossipDocument {
        if case .apart(_, let picture) = self.members[node].presence { return picture }
        return self.document(of: node, self.members.indices.map { self.row(of: $0, moment) })
    }

    /// What a node reports that has not heard from any other yet.
    func loneGossip(of node: Int, _ moment: Moment) -> GossipDocument {
        let rows = self.members.indices.map { other in
            guard other == node else { return self.unknownRow(of: other, moment) }
            var row = self.livingRow(of: node, .unknown, moment)
            (row.lastCommitPosition, row.epochPosition, row.epochNumber) = (-1, -1, -1)
            (row.writerCheckpoint, row.chaserCheckpoint, row.epochId) = (0, 0, Self.noID)
            return row
        }
        return self.document(of: node, rows)
    }

    private static let noID = "\(GUID.zero)"

    private func document(of node: Int, _ rows: [GossipDocument.Member]) -> GossipDocument {
        let address = self.members[node].address
        return GossipDocument(members: rows, serverIp: address.host, serverPort: address.httpPort ?? 0)
    }

    /// A node as seen by those that are in contact with each other.
    func row(of node: Int, _ moment: Moment) -> GossipDocument.Member {
        guard self.isJoined(node), let state = self.role(of: node)?.state else {
            return self.members[node].lastSign ?? self.unknownRow(of: node, moment)
        }
        return self.livingRow(of: node, state, moment)
    }

    private func livingRow(of node: Int, _ state: NodeState, _ moment: Moment) -> GossipDocument.Member {
        let (member, address) = (self.members[node], self.members[node].address)
        let ports = (plain: address.plainTCPPort(self.generation) ?? 0, secure: address.secureTCPPort ?? 0)
        var row = self.row(at: address, ports, state, moment)
        (row.instanceId, row.isAlive) = ("\(member.instance)", true)
        row.lastCommitPosition = moment.lastPosition
        (row.writerCheckpoint, row.chaserCheckpoint) = (moment.endPosition, moment.endPosition)
        (row.epochPosition, row.epochNumber) = (self.epoch.position, self.epoch.number)
        row.epochId = "\(self.epoch.id)"
        return row
    }

    /// A node that has not been heard from: its HTTP port stands for all of its ports.
    private func unknownRow(of node: Int, _ moment: Moment) -> GossipDocument.Member {
        let address = self.members[node].address
        return self.row(at: address, (plain: address.httpPort ?? 0, secure: 0), .manager, moment)
    }

    /// What is said about a node of which only this is known.
    private func row(
        at address: NodeAddress, _ ports: (plain: Int, secure: Int), _ state: NodeState, _ moment: Moment
    ) -> GossipDocument.Member {
        var row = GossipDocument.Member(
            instanceId: Self.noID,
            timeStamp: Self.text(moment.time),
            state: state.name(self.generation),
            isAlive: false,
            internalTcpIp: address.host,
            internalTcpPort: ports.plain,
            internalSecureTcpPort: ports.secure,
            externalTcpIp: address.host,
            externalTcpPort: ports.plain,
            externalSecureTcpPort: ports.secure,
            lastCommitPosition: -1,
            writerCheckpoint: -1,
            chaserCheckpoint: -1,
            epochPosition: -1,
            epochNumber: -1,
            epochId: Self.noID,
            nodePriority: 0
        )
        self.setHTTP(&row, address)
        return row
    }

    private func setHTTP(_ row: inout GossipDocument.Member, _ address: NodeAddress) {
        let port = address.httpPort ?? 0
        switch self.generation {
        case .version5:
            (row.internalHttpIp, row.internalHttpPort) = (address.host, port)
            (row.externalHttpIp, row.externalHttpPort) = (address.host, port)
        case .version20:
            (row.httpEndPointIp, row.httpEndPointPort) = (address.host, port)
            row.isReadOnlyReplica = false
        }
    }

    private static func text(_ time: Date) -> String {
        time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
