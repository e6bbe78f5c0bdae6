/// What a server reports about a projection. Values that it does not report, which depends on its version and on whether
/// the projection has run, are nil.
public struct Projection: Sendable, Hashable {
    /// What it is called.
    public let name: ProjectionName
    /// What it is doing.
    public let status: ProjectionStatus
    /// Why it is in that state, if there is a reason, such as that of a fault.
    public let reason: String?
    /// How long it lives.
    public let mode: Mode
    /// How far it has read.
    public let position: ProjectionPosition?
    /// From where it would go on.
    public let lastCheckpoint: ProjectionPosition?
    /// How much of what there is it has read, in percent; nil if that is not known.
    public let progress: Double?
    /// The number of events since it was started.
    public let eventsProcessed: Int64?
    /// How often it was changed.
    public let version: Int64?
    /// The version it was last reset at.
    public let epoch: Int64?
    /// The number of reads that it waits for.
    public let readsInProgress: Int?
    /// The number of writes that it waits for.
    public let writesInProgress: Int?
    /// The number of states that it has in memory.
    public let partitionsCached: Int?
    /// The number of events that were read and not handled yet.
    public let bufferedEvents: Int?
    /// The number of events to be written before and after the next checkpoint.
    public let pendingBeforeCheckpoint, pendingAfterCheckpoint: Int?
    /// The server's words about a checkpoint that is being written, if one is.
    public let checkpointStatus: String?

    /// How long a projection lives, and what it does at the end of what there is to read.
    public enum Mode: Sendable, Hashable {
        /// A query that is kept when it has come to its end.
        case oneTime
        /// A query that is dropped some time after its end, and when the server restarts.
        case transient
        /// Goes on with new events.
        case continuous
        /// One that this library does not know, in the server's words.
        case other(String)
    }
}

extension Projection: Decodable {
    private enum CodingKeys: String, CodingKey {
        case name, status, stateReason, mode, position, lastCheckpoint, progress, eventsProcessedAfterRestart, version
        case epoch, readsInProgress, writesInProgress, partitionsCached, bufferedEvents, checkpointStatus
        case writePendingEventsBeforeCheckpoint, writePendingEventsAfterCheckpoint
    }

    /// From an element of a server's list.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys) throws -> Value? {
            try values.decodeIfPresent(Value.self, forKey: key)
        }
        func text(_ key: CodingKeys) throws -> String? { try value(key).flatMap { $0 == "" ? nil : $0 } }
        self.name = ProjectionName(try values.decode(String.self, forKey: .name))
        self.status = ProjectionStatus(try values.decode(String.self, forKey: .status))
        self.mode = Mode(try values.decode(String.self, forKey: .mode))
        self.reason = try text(.stateReason)
        self.position = try text(.position).flatMap { ProjectionPosition($0) }
        self.lastCheckpoint = try text(.lastCheckpoint).flatMap { ProjectionPosition($0) }
        self.progress = try value(.progress).flatMap { $0 < 0 ? nil : $0 }
        self.eventsProcessed = try value(.eventsProcessedAfterRestart)
        self.version = try value(.version).flatMap { $0 < 0 ? nil : $0 }
        self.epoch = try value(.epoch).flatMap { $0 < 0 ? nil : $0 }
        self.readsInProgress = try value(.readsInProgress)
        self.writesInProgress = try value(.writesInProgress)
        self.partitionsCached = try value(.partitionsCached)
        self.bufferedEvents = try value(.bufferedEvents)
        self.pendingBeforeCheckpoint = try value(.writePendingEventsBeforeCheckpoint)
        self.pendingAfterCheckpoint = try value(.writePendingEventsAfterCheckpoint)
        self.checkpointStatus = try text(.checkpointStatus)
    }
}

extension Projection.Mode: CustomStringConvertible {
    private static let known: [(name: String, mode: Self)] = [
        ("OneTime", .oneTime), ("Transient", .transient), ("Continuous", .continuous),
    ]

    init(_ name: String) {
        self = Self.known.first { $0.name == name }?.mode ?? .other(name)
    }

    /// The server's word for it.
    public var description: String {
        if case .other(let name) = self { return name }
        return Self.known.first { $0.mode == self }?.name ?? ""
    }
}
