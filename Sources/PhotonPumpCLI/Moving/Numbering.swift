import PhotonPump

/// Which numbers events get in the target.
struct Numbering {
    /// How many streams to remember. They are forgotten all at once, and looked up again.
    private static let capacity = 100_000
    /// More events than a run that was killed can have written behind its place.
    private static let reach = 100_000

    private let target: Client
    private let isKept: Bool
    /// The next number of each stream.
    private var next: [String: Int64] = [:]
    private var seen = 0

    init(_ numbers: MovingRules.Numbers, _ target: Client) {
        self.target = target
        self.isKept = numbers == .keep
    }

    /// - Parameter settled: waits until all that was begun is written.
    mutating func number(
        for event: NewEvent, of stream: String, numbered number: Int64, settled: () async throws -> Void
    ) async throws -> Int64 {
        if self.isKept { return number }
        self.seen += 1
        if self.next.count >= Self.capacity {
            try await settled()
            self.next.removeAll()
        }
        let found: Int64
        if let known = self.next[stream] {
            found = known
        } else if self.seen < Self.reach, let there = try await self.find(event, in: stream) {
            found = there
        } else {
            found = try await self.target.lastNumber(of: stream) + 1
        }
        self.next[stream] = found + 1
        return found
    }

    /// The number that an earlier run has given an event, also one that was killed before it had saved a place.
    private func find(_ event: NewEvent, in stream: String) async throws -> Int64? {
        let events = self.target.iter(
            stream, direction: .backward, limit: Self.reach, resolveLinks: false, missingIsEmpty: true)
        for try await there in events where there.received.id == event.id { return there.received.number }
        return nil
    }
}
