internal import PhotonPumpSystem
internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// What was written to a transaction: enough to recognise it in the stream.
final class TransactionWrites: Sendable {
    struct Summary: Sendable {
        /// When the transaction was begun.
        let began: Environment.Instant
        var first: GUID
        var last: GUID
        var count: Int
    }

    private struct State {
        var summary: Summary?
        /// Whether that is all.
        var isComplete: Bool
        var fate = Fate.open
    }

    private enum Fate {
        case open, mayBeCommitted, rolledBack
    }

    private let began: Environment.Instant
    private let state: Mutex<State>

    /// - Parameters:
    ///   - isNew: whether nothing was written to the transaction before.
    ///   - began: when it was begun, or taken up again.
    init(isNew: Bool, began: Environment.Instant) {
        self.began = began
        self.state = Mutex(State(isComplete: isNew))
    }

    /// Whether nothing was written.
    var isEmpty: Bool { self.state.withLock { $0.isComplete && $0.summary == nil } }

    /// nil if nothing was written, or not everything is known.
    var all: Summary? { self.state.withLock { $0.isComplete ? $0.summary : nil } }

    func wrote(_ events: [NewEvent]) {
        guard let first = events.first, let last = events.last else { return }
        let (firstID, lastID) = (GUID(textOrder: first.id.uuid), GUID(textOrder: last.id.uuid))
        self.state.withLock { state in
            var summary = state.summary ?? Summary(began: self.began, first: firstID, last: lastID, count: 0)
            summary.last = lastID
            summary.count += events.count
            state.summary = summary
        }
    }

    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` if it was rolled back.
    func checkOpen(_ stream: String, _ id: Int64) throws(PhotonPumpError) {
        if self.state.withLock({ $0.fate }) == .rolledBack { throw Self.isOver("was rolled back", stream, id) }
    }

    /// - Throws: as ``checkOpen(_:_:)``.
    func beginCommit(_ stream: String, _ id: Int64) throws(PhotonPumpError) {
        if self.end(as: .mayBeCommitted) == .rolledBack { throw Self.isOver("was rolled back", stream, id) }
    }

    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` if its commit was requested.
    func rollBack(_ stream: String, _ id: Int64) throws(PhotonPumpError) {
        if self.end(as: .rolledBack) == .mayBeCommitted { throw Self.isOver("may have been committed", stream, id) }
    }

    /// - Returns: how it has ended: this way, or another before.
    private func end(as fate: Fate) -> Fate {
        self.state.withLock { state in
            if state.fate == .open { state.fate = fate }
            return state.fate
        }
    }

    private static func isOver(_ how: String, _ stream: String, _ id: Int64) -> PhotonPumpError {
        PhotonPumpError(.invalidArgument, "transaction \(id) on '\(stream)' \(how)", stream: stream)
    }

    /// A write failed; its events may have been added.
    func failed() { self.state.withLock { $0.isComplete = false } }
}
