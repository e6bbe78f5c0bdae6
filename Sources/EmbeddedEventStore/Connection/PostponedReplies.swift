internal import PhotonPumpTransport
internal import PhotonPumpWire

/// Replies that faults keep a connection from sending yet.
struct PostponedReplies {
    private struct Reply {
        let answer: Answer
        let correlation: GUID
        let fault: FaultPlan.ID
        /// Fires when the reply is due; nil if only lifting the fault releases it.
        let timer: QueueTimer?
    }

    /// As many as a connection may have before its requests are no longer read.
    private static let limit = 10_000

    private var replies: [Int: Reply] = [:]
    private var repliesMade = 0

    var count: Int { self.replies.count }
    var isFull: Bool { self.replies.count >= Self.limit }

    /// - Parameter makeTimer: makes the timer for a reply that is due by itself, given its key.
    mutating func add(
        _ answer: Answer, _ correlation: GUID, _ fault: FaultPlan.ID, timer makeTimer: (_ key: Int) -> QueueTimer?
    ) {
        self.repliesMade += 1
        self.replies[self.repliesMade] = Reply(
            answer: answer, correlation: correlation, fault: fault, timer: makeTimer(self.repliesMade))
    }

    /// Removes and returns the reply with this key, if it is still there.
    mutating func take(_ key: Int) -> [(Answer, GUID)] {
        self.replies.removeValue(forKey: key).map { [($0.answer, $0.correlation)] } ?? []
    }

    /// Removes and returns what a fault, or any of them, has held back, in the order of arrival.
    mutating func take(heldBy fault: FaultPlan.ID?) -> [(Answer, GUID)] {
        let held = self.replies.filter { fault == nil || $0.value.fault == fault }.keys.sorted()
        return held.flatMap { self.take($0) }
    }
}
