internal import Logging
internal import PhotonPumpWire

/// What the present node's answers say about its part in the cluster.
extension Client {
    func learnRole(from package: Package, _ exchange: any OpenExchange, _ verdict: Verdict) {
        if package.command == .notHandled, let refusal = try? NotHandled(decoding: package.payload) {
            switch refusal.reason {
            // A clone or a replica, known as such, is none the less.
            case .notMaster where self.node?.role ?? .master == .master: self.node?.role = .follower
            case .isReadOnly: self.node?.role = .readOnlyReplica
            default: break
            }
        } else if case .over = verdict, self.node?.role != .master || self.isStranded, exchange.showsMaster(package) {
            self.node?.role = .master
            guard self.isStranded else { return }
            self.isStranded = false
            self.logger.info(
                "the node serves all requests again",
                metadata: self.node.map { [LogKey.endpoint: "\($0.endpoint)"] })
        }
    }
}
