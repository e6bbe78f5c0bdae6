extension EmbeddedCluster {
    /// The number of nodes and their settings.
    ///
    /// ``EmbeddedCluster/start()`` validates it, and names the first invalid value.
    public struct Configuration: Sendable, Hashable {
        /// The number of nodes, 1 to 100; 3 by default.
        public var size: Int
        /// The settings that all nodes share. Ports other than 0 are those of the first node; each further node uses
        /// the next ones. Every node has an HTTP port, a free one unless `httpPort` is set.
        public var node = EmbeddedServer.Configuration()

        /// Creates a configuration with the given number of nodes and defaults for everything else.
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
