/// How a projection writes, and how often it remembers how far it has come. A server leaves out of its answer what is
/// zero or false.
public struct ProjectionConfiguration: Sendable, Hashable {
    /// Whether it may write events.
    public var emits = false
    /// Whether it notes which streams it writes to, so that they can be deleted with it.
    public var tracksEmittedStreams = false
    /// The least time between two checkpoints; zero, the default, for none.
    public var checkpointAfter = Duration.zero
    /// The number of handled events after which it writes a checkpoint. 4,000 by default.
    public var checkpointHandledThreshold = 4000
    /// The bytes of events that it passed over after which it writes a checkpoint. 10,000,000 by default.
    public var checkpointUnhandledBytesThreshold = 10_000_000
    /// The number of events that may wait to be handled. 5,000 by default.
    public var pendingEventsThreshold = 5000
    /// The most events that it writes at once. 500 by default.
    public var maximumWriteBatchLength = 500
    /// The most writes at a time; zero, the default, for the server's own limit.
    public var maximumWritesInFlight = 0
    /// What this library does not know, by the server's names; it is sent back as it is.
    public var others: [String: JSONValue] = [:]

    /// The defaults.
    public init() {}
}

extension ProjectionConfiguration: Codable {
    private enum Key: String, CaseIterable {
        case emitEnabled, trackEmittedStreams, checkpointAfterMs, checkpointHandledThreshold
        case checkpointUnhandledBytesThreshold, pendingEventsThreshold, maxWriteBatchLength, maxAllowedWritesInFlight
        /// Of the answer, not of the configuration.
        case msgTypeId
    }

    /// From a server's answer.
    public init(from decoder: any Decoder) throws {
        var members = try [String: JSONValue](from: decoder)
        var values: [Key: JSONValue] = [:]
        for key in Key.allCases { values[key] = members.removeValue(forKey: key.rawValue) }
        func number(_ key: Key) -> Int { values[key]?.integer.flatMap { Int(exactly: $0) } ?? 0 }
        self.emits = values[.emitEnabled] == .bool(true)
        self.tracksEmittedStreams = values[.trackEmittedStreams] == .bool(true)
        self.checkpointAfter = .milliseconds(number(.checkpointAfterMs))
        self.checkpointHandledThreshold = number(.checkpointHandledThreshold)
        self.checkpointUnhandledBytesThreshold = number(.checkpointUnhandledBytesThreshold)
        self.pendingEventsThreshold = number(.pendingEventsThreshold)
        self.maximumWriteBatchLength = number(.maxWriteBatchLength)
        self.maximumWritesInFlight = number(.maxAllowedWritesInFlight)
        self.others = members
    }

    private var checkpointMilliseconds: Double { (self.checkpointAfter / .milliseconds(1)).rounded(.up) }

    /// What servers would not take, or take for something else; nil if there is nothing.
    var problem: String? {
        let numbers = [
            ("checkpointHandledThreshold", self.checkpointHandledThreshold),
            ("checkpointUnhandledBytesThreshold", self.checkpointUnhandledBytesThreshold),
            ("pendingEventsThreshold", self.pendingEventsThreshold),
            ("maximumWriteBatchLength", self.maximumWriteBatchLength),
            ("maximumWritesInFlight", self.maximumWritesInFlight),
        ]
        if let (name, value) = numbers.first(where: { !(0...Int(Int32.max)).contains($0.1) }) {
            return "\(name) \(value) is not from 0 to \(Int32.max)"
        }
        return (0...Double(Int32.max)).contains(self.checkpointMilliseconds)
            ? nil : "checkpointAfter \(self.checkpointAfter) is not from 0 to \(Int32.max) ms"
    }

    /// As servers take it.
    public func encode(to encoder: any Encoder) throws {
        let values: [Key: JSONValue] = [
            .emitEnabled: .bool(self.emits),
            .trackEmittedStreams: .bool(self.tracksEmittedStreams),
            .checkpointAfterMs: .integer(Int64(exactly: self.checkpointMilliseconds) ?? .max),
            .checkpointHandledThreshold: .integer(Int64(self.checkpointHandledThreshold)),
            .checkpointUnhandledBytesThreshold: .integer(Int64(self.checkpointUnhandledBytesThreshold)),
            .pendingEventsThreshold: .integer(Int64(self.pendingEventsThreshold)),
            .maxWriteBatchLength: .integer(Int64(self.maximumWriteBatchLength)),
            .maxAllowedWritesInFlight: .integer(Int64(self.maximumWritesInFlight)),
        ]
        let own = values.map { ($0.key.rawValue, $0.value) }
        try self.others.merging(own) { _, own in own }.encode(to: encoder)
    }
}
