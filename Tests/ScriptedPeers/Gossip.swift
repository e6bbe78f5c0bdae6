/// Gossip as older servers write it.
package enum Gossip {
    /// A node that is alive.
    package struct Member: Sendable {
        let state: String
        let host: String
        let port: Int
        let tlsPort: Int
        let httpPort: Int

        package init(state: String, host: String, port: Int, tlsPort: Int = 0, httpPort: Int) {
            (self.state, self.host, self.port, self.tlsPort) = (state, host, port, tlsPort)
            self.httpPort = httpPort
        }

        fileprivate var json: String {
            """
            {"state":"\(self.state)","isAlive":true,"externalTcpIp":"\(self.host)","externalTcpPort":\(self.port),\
            "externalSecureTcpPort":\(self.tlsPort),"externalHttpIp":"\(self.host)","externalHttpPort":\(self.httpPort)}
            """
        }
    }

    package static func json(_ members: [Member]) -> String {
        "{\"members\":[\(members.map(\.json).joined(separator: ","))]}"
    }
}
