/// Where a node is found from outside.
struct NodeAddress: Hashable, Sendable {
    var host: String
    var tcpPort: Int
    var httpPort: Int?
    /// Where it speaks TLS.
    var secureTCPPort: Int?

    /// The plain TCP port that clients are told of; a node of the later generation has none beside TLS.
    func plainTCPPort(_ generation: Generation) -> Int? {
        generation == .version20 && self.secureTCPPort != nil ? nil : self.tcpPort
    }
}
