internal import PhotonPumpWire

/// Collects acknowledgements, so that many are sent together; pure. No event can be acknowledged twice, so it never
/// holds more than are in flight.
struct AcknowledgementBatch {
    /// Servers accept this many ids in one message.
    static let maximum = 2000

    /// The number worth sending at once.
    private let target: Int
    private var ids: [GUID] = []
    /// Whether they will be sent even if no others come.
    private var isScheduled = false

    /// - Parameters:
    ///   - bufferSize: how many events may be in flight.
    ///   - delays: whether an acknowledgement may wait for others at all.
    init(bufferSize: Int, delays: Bool) {
        self.target = delays ? min(Self.maximum, max(1, bufferSize / 4)) : 1
    }

    var isFull: Bool { self.ids.count >= self.target }

    mutating func add(_ id: GUID) {
        self.ids.append(id)
    }

    /// - Returns: whether it is time to schedule that what was collected is sent.
    mutating func schedule() -> Bool {
        guard !self.ids.isEmpty, !self.isScheduled else { return false }
        self.isScheduled = true
        return true
    }

    /// It is time to send what was collected.
    mutating func unschedule() {
        self.isScheduled = false
    }

    /// What was collected, in parts that servers accept.
    mutating func drain() -> [[GUID]] {
        defer { self.ids.removeAll(keepingCapacity: true) }
        return Self.parts(of: self.ids)
    }

    mutating func removeAll() {
        self.ids = []
    }

    static func parts(of ids: [GUID]) -> [[GUID]] {
        guard ids.count > self.maximum else { return ids.isEmpty ? [] : [ids] }
        return stride(from: 0, to: ids.count, by: self.maximum).map {
            Array(ids[$0..<min($0 + self.maximum, ids.count)])
        }
    }
}
