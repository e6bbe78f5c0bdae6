internal import PhotonPumpWire

/// Which consumer receives the events of which stream, by a hash of the stream's name.
struct PinnedStreams {
    private struct Bucket {
        var owner: Subscriber
        var inFlight = 0
    }

    private static let bucketCount: UInt32 = 1024

    private var buckets: [UInt32: Bucket] = [:]
    private var consumers: [Subscriber] = []

    /// A new consumer takes over its share, first of the streams without pending events.
    mutating func joined(_ consumer: Subscriber) {
        self.consumers.append(consumer)
        let share = (self.buckets.count + self.consumers.count - 1) / self.consumers.count
        for other in self.consumers where other != consumer {
            let owned = self.buckets.filter { $0.value.owner == other }
            let spare = owned.sorted { ($0.value.inFlight, $0.key) < ($1.value.inFlight, $1.key) }
                .prefix(max(0, owned.count - share))
            for (key, _) in spare { self.buckets[key]?.owner = consumer }
        }
    }

    mutating func left(_ consumer: Subscriber) {
        self.consumers.removeAll { $0 == consumer }
        self.buckets = self.buckets.filter { $0.value.owner != consumer }
    }

    /// The consumer for a stream's events; if it has none yet, the one with the fewest streams. Nil if no consumer is
    /// connected.
    mutating func owner(of stream: StreamName) -> Subscriber? {
        let key = Self.key(stream)
        if let bucket = self.buckets[key] { return bucket.owner }
        let counts = Dictionary(grouping: self.buckets.values, by: \.owner).mapValues(\.count)
        guard let owner = self.consumers.min(by: { counts[$0, default: 0] < counts[$1, default: 0] }) else {
            return nil
        }
        self.buckets[key] = Bucket(owner: owner)
        return owner
    }

    mutating func sent(_ stream: StreamName) {
        self.buckets[Self.key(stream)]?.inFlight += 1
    }

    /// An event is no longer held by `consumer`.
    mutating func settled(_ stream: StreamName, by consumer: Subscriber) {
        let key = Self.key(stream)
        if self.buckets[key]?.owner == consumer { self.buckets[key]?.inFlight -= 1 }
    }

    /// FNV-1a: the same in every process, so that tests are deterministic.
    private static func key(_ stream: StreamName) -> UInt32 {
        let hash = stream.bytes.withUnsafeBytes { bytes in
            bytes.reduce(2_166_136_261 as UInt32) { ($0 ^ UInt32($1)) &* 16_777_619 }
        }
        return hash % Self.bucketCount
    }
}
