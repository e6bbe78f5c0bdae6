/// A server of a service, as an SRV record of the DNS names it.
package struct ServiceRecord: Sendable, Hashable {
    package let host: String
    package let port: Int
    /// Those with the lowest number come first.
    package let priority: Int
    /// How often it comes before others of the same priority.
    package let weight: Int

    package init(host: String, port: Int, priority: Int = 0, weight: Int = 0) {
        self.host = host
        self.port = port
        self.priority = priority
        self.weight = weight
    }
}

extension [ServiceRecord] {
    /// In the order in which they are to be tried (RFC 2782): by priority, and at random by weight.
    package func inOrder(using generator: inout some RandomNumberGenerator) -> Self {
        var ordered: Self = []
        for (_, group) in Dictionary(grouping: self, by: \.priority).sorted(by: { $0.key < $1.key }) {
            // Those without weight have a small chance to be chosen if they are looked at first.
            var rest = group.shuffled(using: &generator).sorted { $0.weight == 0 && $1.weight > 0 }
            while !rest.isEmpty {
                var remaining = Int.random(in: 0...rest.reduce(0) { $0 + $1.weight }, using: &generator)
                let next = rest.firstIndex { record in
                    remaining -= record.weight
                    return remaining <= 0
                }
                ordered.append(rest.remove(at: next ?? 0))
            }
        }
        return ordered
    }
}
