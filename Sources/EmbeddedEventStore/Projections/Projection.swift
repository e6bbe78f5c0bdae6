internal import PhotonPumpWire

/// A projection of a server: what it does, and how far it has come.
struct Projection {
    enum Mode: String {
        case transient = "Transient"
        case oneTime = "OneTime"
        case continuous = "Continuous"
    }

    enum Status: Hashable {
        case running
        case stopped
        case aborted
        case completed
        case faulted(reason: String)
    }

    /// What a projection does, and how much at once.
    struct Terms {
        var type: String
        var query: String
        /// Whether it may write.
        var emits: Bool
        /// Whether it notes which streams it writes to, so that they can be deleted with it.
        var tracks = false
        var checkpointAfterMs = 0
        var checkpointHandledThreshold = 4_000
        var checkpointUnhandledBytesThreshold = 10_000_000
        var pendingEventsThreshold = 5_000
        var maxWriteBatchLength = 500
        var maxAllowedWritesInFlight = 0
    }

    let name: String
    let mode: Mode
    /// Who may command it besides administrators; nil for one of the server's own.
    let owner: String?
    private(set) var terms: Terms
    /// Nil if the terms mean nothing.
    private(set) var kind: ProjectionKind?
    /// Why it cannot run; nil if it can.
    private var fault: String?
    private(set) var status: Status
    /// The index of the entry of the log that it handles next.
    private(set) var next = 0
    /// The place of the last event that it has handled.
    private(set) var position: Int64?
    private(set) var lastCheckpoint: Int64?
    private(set) var handledCount = 0
    /// Counts the changes.
    private(set) var version = 0
    /// The version at the last reset; -1 without one.
    private(set) var epoch = -1
    private(set) var emitted: Set<StreamName> = []

    init(_ name: String, _ mode: Mode, _ terms: Terms, owner: String?, enabled: Bool) {
        self.name = name
        self.mode = mode
        self.terms = terms
        self.owner = owner
        self.status = .stopped
        self.understand()
        if enabled { self.enable() }
    }

    var isRunning: Bool { self.status == .running }

    /// Whether it can be deleted, and get other settings.
    var isChangeable: Bool {
        switch self.status {
        case .stopped, .faulted: true
        case .running, .aborted, .completed: self.mode == .transient
        }
    }

    // MARK: - Commands

    mutating func enable() {
        self.version += 1
        self.status = self.fault.map { .faulted(reason: $0) } ?? .running
    }

    mutating func disable() {
        self.version += 1
        guard self.status == .running || self.status == .aborted else { return }
        self.status = .stopped
        self.lastCheckpoint = self.position
    }

    /// Stops without remembering how far it has come in its checkpoint.
    mutating func abort() {
        self.version += 1
        if self.isRunning { self.status = .aborted }
    }

    /// Begins again, now or when it is enabled.
    mutating func reset() {
        self.version += 2
        self.epoch = self.version
        (self.next, self.handledCount, self.position, self.lastCheckpoint) = (0, 0, nil, nil)
        self.emitted = []
        if self.status == .aborted || self.status == .completed { self.status = .stopped }
    }

    mutating func change(_ change: (inout Terms) -> Void) {
        self.version += 1
        change(&self.terms)
        self.understand()
    }

    private mutating func understand() {
        // Whoever may only read may have one of these.
        if self.mode == .transient { self.terms.emits = false }
        do throws(ProjectionKind.Mistake) {
            self.kind = try ProjectionKind(type: self.terms.type, query: self.terms.query)
            self.fault = self.kind == .script ? "This server does not run JavaScript." : nil
        } catch {
            self.kind = nil
            self.fault = error.reason
        }
        if let fault {
            self.status = .faulted(reason: fault)
        } else if case .faulted = self.status {
            self.status = .stopped
        }
    }

    // MARK: - Events

    /// - Returns: what is to be written.
    mutating func handle(_ entry: EventLog.Entry, of stream: StreamName) -> ProjectionKind.Emission? {
        // Those of system streams, and tombstones, are only passed.
        let isHandled = !stream.isSystem && entry.record.number != StreamHistory.deletedNumber
        let emission = isHandled ? self.kind?.emission(for: entry.record, of: stream) : nil
        if emission != nil, !self.terms.emits {
            // It begins with this event once it may write.
            self.status = .faulted(reason: "'emit' is not allowed by the projection.")
            return nil
        }
        self.next += 1
        self.position = entry.commit.lowerBound
        if isHandled { self.handledCount += 1 }
        if let emission { self.emitted.insert(emission.stream) }
        return emission
    }

    /// There are no more events for now.
    mutating func endReached() {
        guard self.isRunning, self.mode != .continuous else { return }
        self.status = .completed
        self.lastCheckpoint = self.position
    }
}
