/// What a node knows about its cluster, with the members and names that clients read. Nil members are left out.
struct GossipDocument: Encodable, Hashable, Sendable {
    struct Member: Encodable, Hashable, Sendable {
        var instanceId: String
        /// ISO 8601.
        var timeStamp: String
        var state: String
        var isAlive: Bool
        var internalTcpIp: String
        var internalTcpPort: Int
        /// 0: none.
        var internalSecureTcpPort: Int
        var externalTcpIp: String
        /// 0: none.
        var externalTcpPort: Int
        /// 0: none.
        var externalSecureTcpPort: Int
        /// The first generation's.
        var internalHttpIp: String?
        var internalHttpPort: Int?
        var externalHttpIp: String?
        var externalHttpPort: Int?
        /// The later generation's.
        var httpEndPointIp: String?
        var httpEndPointPort: Int?
        var lastCommitPosition: Int64
        var writerCheckpoint: Int64
        var chaserCheckpoint: Int64
        var epochPosition: Int64
        var epochNumber: Int
        var epochId: String
        var nodePriority: Int
        /// The later generation's.
        var isReadOnlyReplica: Bool?
    }

    var members: [Member]
    var serverIp: String
    var serverPort: Int
}
