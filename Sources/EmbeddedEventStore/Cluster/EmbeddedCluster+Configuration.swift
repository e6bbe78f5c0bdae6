extension EmbeddedCluster {
    /// How many nodes there are, and what they are like.
    ///
    /// The values are checked by ``EmbeddedCluster/start()``, which says which one is wrong.
    public struct Configuration: Sendable, Hashable {
        /// The number of nodes, 1 to 100; 3 by default.
        public var size: Int
        /// What all nodes have in common. Of ports other than 0, these are the first node's, and each further node has
        /// the next ones; every node has an HTTP port, a free one unless `httpPort` says otherwise.
        public var node = EmbeddedServer.Configuration()

        /// The defaults, and a number of nodes.
        public init(size: Int = 3) {
            self.size = size
        }
    }
}

extension EmbeddedCluster.Configuration {
    private static let sizes = 1...100

    /// The configuration of each node.
    var nodes: [EmbeddedServer.Configuration] {
        (0..<self.size.clamped(to: Self.sizes)).map { number in
            var node = self.node
            if node.port > 0 { node.port += number }
            if let port = node.tls?.port, port > 0 { node.tls?.port = port + number }
            let httpPort = node.httpPort ?? 0
            node.httpPort = httpPort > 0 ? httpPort + number : httpPort
            return node
        }
    }

    func validate() throws(EmbeddedServerError) {
        guard Self.sizes.contains(self.size) else {
            throw EmbeddedServerError(.invalidConfiguration, "size \(self.size) is not within \(Self.sizes)")
        }
        for node in self.nodes { try node.validate() }
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
