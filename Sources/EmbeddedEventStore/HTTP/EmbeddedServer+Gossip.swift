internal import Foundation
internal import PhotonPumpTransport

/// The ids by which a server is known to others.
struct GossipIdentity {
    let instance = UUID()
    let epoch = UUID()
}

extension EmbeddedServer {
    /// This server, as the only and therefore leading node of its cluster; nil without HTTP.
    func gossip() -> GossipDocument? {
        guard let httpPort = self.httpPort, let host = self.listeners?.tcp.address.host else { return nil }
        let address = Self.reachable(host)
        let member = GossipDocument.Member(
            instanceId: self.gossipIdentity.instance.uuidString.lowercased(),
            timeStamp: Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
            state: "Master",
            isAlive: true,
            internalTcpIp: address,
            internalTcpPort: self.port,
            internalSecureTcpPort: 0,
            externalTcpIp: address,
            externalTcpPort: self.port,
            externalSecureTcpPort: 0,
            internalHttpIp: address,
            internalHttpPort: httpPort,
            externalHttpIp: address,
            externalHttpPort: httpPort,
            lastCommitPosition: self.node.log.lastPosition,
            writerCheckpoint: self.node.log.endPosition,
            chaserCheckpoint: self.node.log.endPosition,
            epochPosition: 0,
            epochNumber: 0,
            epochId: self.gossipIdentity.epoch.uuidString.lowercased(),
            nodePriority: 0
        )
        return GossipDocument(members: [member], serverIp: address, serverPort: httpPort)
    }
}
