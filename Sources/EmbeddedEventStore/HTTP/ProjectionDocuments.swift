internal import NIOHTTP1
internal import PhotonPumpTransport
internal import PhotonPumpWire

// What is told about projections, with the members that clients read.

/// How a projection is doing.
struct ProjectionStatistics: Encodable {
    let coreProcessingTime = 0
    let version: Int
    let epoch: Int
    let effectiveName: String
    let writesInProgress = 0
    let readsInProgress = 0
    let partitionsCached: Int
    let status: String
    let stateReason: String
    let name: String
    let mode: String
    let position: String
    let progress: Double
    let lastCheckpoint: String?
    let eventsProcessedAfterRestart: Int
    let statusUrl: String
    let stateUrl: String
    let resultUrl: String
    let queryUrl: String
    let enableCommandUrl: String
    let disableCommandUrl: String
    let checkpointStatus: String?
    let bufferedEvents = 0
    let writePendingEventsBeforeCheckpoint = 0
    let writePendingEventsAfterCheckpoint = 0
}

/// What a projection reads and writes.
struct ProjectionDefinition: Encodable {
    struct Sources: Encodable {
        struct Options: Encodable {
            let definesFold = true
            let includeLinks: Bool?
        }

        let allEvents = true
        let allStreams = true
        let categories: [String] = []
        let events: [String] = []
        let streams: [String] = []
        let options: Options
    }

    let name: String
    let query: String
    let emitEnabled: Bool
    /// Nil if nobody has looked what the query reads.
    let definition: Sources?
    let outputConfig: [String: String]
}

/// The settings of a projection. What a client leaves out stays as it is.
struct ProjectionConfiguration: Codable {
    var emitEnabled: Bool?
    var trackEmittedStreams: Bool?
    var checkpointAfterMs: Int?
    var checkpointHandledThreshold: Int?
    var checkpointUnhandledBytesThreshold: Int?
    var pendingEventsThreshold: Int?
    var maxWriteBatchLength: Int?
    var maxAllowedWritesInFlight: Int?

    func apply(to terms: inout Projection.Terms) {
        terms.emits = self.emitEnabled ?? terms.emits
        terms.tracks = self.trackEmittedStreams ?? terms.tracks
        terms.checkpointAfterMs = self.checkpointAfterMs ?? terms.checkpointAfterMs
        terms.maxAllowedWritesInFlight = self.maxAllowedWritesInFlight ?? terms.maxAllowedWritesInFlight
        terms.checkpointHandledThreshold = self.checkpointHandledThreshold ?? terms.checkpointHandledThreshold
        terms.checkpointUnhandledBytesThreshold =
            self.checkpointUnhandledBytesThreshold ?? terms.checkpointUnhandledBytesThreshold
        terms.pendingEventsThreshold = self.pendingEventsThreshold ?? terms.pendingEventsThreshold
        terms.maxWriteBatchLength = self.maxWriteBatchLength ?? terms.maxWriteBatchLength
    }
}

extension Projection.Terms {
    /// Without what is zero or false.
    var document: ProjectionConfiguration {
        func isSet(_ value: Int) -> Int? { value == 0 ? nil : value }
        return ProjectionConfiguration(
            emitEnabled: self.emits, trackEmittedStreams: self.tracks ? true : nil,
            checkpointAfterMs: isSet(self.checkpointAfterMs),
            checkpointHandledThreshold: self.checkpointHandledThreshold,
            checkpointUnhandledBytesThreshold: self.checkpointUnhandledBytesThreshold,
            pendingEventsThreshold: self.pendingEventsThreshold, maxWriteBatchLength: self.maxWriteBatchLength,
            maxAllowedWritesInFlight: isSet(self.maxAllowedWritesInFlight))
    }
}

extension Projection {
    /// The address of its statistics.
    func address(at base: String) -> String { "\(base)/projection/\(PercentEncoding.encodePath(self.name))" }

    func statistics(_ log: EventLog, at base: String) -> ProjectionStatistics {
        let address = self.address(at: base)
        let neverRan = self.kind == nil || self.kind == .script
        var reason = ""
        if case .faulted(let text) = self.status { reason = text }
        return ProjectionStatistics(
            version: self.version,
            epoch: self.epoch,
            effectiveName: self.name,
            partitionsCached: neverRan ? 0 : 1,
            status: self.statusText,
            stateReason: reason,
            name: self.name,
            mode: self.mode.rawValue,
            position: neverRan ? "" : Self.text(self.position),
            progress: neverRan ? 0 : self.progress(in: log),
            lastCheckpoint: neverRan ? nil : Self.text(self.lastCheckpoint),
            eventsProcessedAfterRestart: self.handledCount,
            statusUrl: address,
            stateUrl: "\(address)/state",
            resultUrl: "\(address)/result",
            queryUrl: "\(address)/query%3Fconfig=yes",
            enableCommandUrl: "\(address)/command/enable",
            disableCommandUrl: "\(address)/command/disable",
            checkpointStatus: neverRan ? nil : ""
        )
    }

    private var statusText: String {
        switch self.status {
        case .running: "Running"
        case .stopped: "Stopped"
        case .aborted: "Aborted/Stopped"
        case .completed: "Completed/Stopped"
        case .faulted: "Faulted"
        }
    }

    private static func text(_ position: Int64?) -> String {
        position.map { "C:\($0)/P:\($0)" } ?? "C:0/P:-1"
    }

    /// In percent; -1 before the first event.
    private func progress(in log: EventLog) -> Double {
        guard self.position != nil else { return -1 }
        return 100 * Double(self.next) / Double(max(log.entries.count, 1))
    }

    var definition: ProjectionDefinition {
        let sources: ProjectionDefinition.Sources? =
            switch self.kind {
            case nil, .script: nil
            case .eventsByType: .init(options: .init(includeLinks: nil))
            default: .init(options: .init(includeLinks: true))
            }
        return ProjectionDefinition(
            name: self.name, query: self.terms.query, emitEnabled: self.terms.emits, definition: sources,
            outputConfig: ["resultStreamName": "$projections-\(self.name)-result"])
    }

    /// What writes links has no state.
    var state: HTTPAnswer {
        if case .faulted(let reason) = self.status {
            return HTTPAnswer(.internalServerError, text: "'\(self.name)' has no state: \(reason)")
        }
        let (commit, prepare) = (self.position ?? 0, self.position ?? -1)
        return HTTPAnswer(text: "", type: "application/json")
            .with("ES-Position", #"{"$c":\#(commit),"$p":\#(prepare)}"#).uncached
    }

    /// Why it cannot be deleted; nil if it can.
    var refusalToDelete: String? {
        if self.owner == nil { return "We currently don't allow for the deletion of System Projections." }
        return self.isChangeable ? nil : "Cannot delete a projection that hasn't been stopped or faulted."
    }
}
