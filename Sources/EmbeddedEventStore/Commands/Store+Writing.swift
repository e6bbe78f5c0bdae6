internal import PhotonPumpWire

extension Store {
    mutating func write(_ write: LegalChange<WriteEvents>, _ request: Request) -> WriteEventsCompleted {
        guard self.log.allows(request.identity, to: .write, write.stream) else {
            return WriteEventsCompleted(result: .accessDenied, message: "Access denied.")
        }
        return WriteEventsCompleted(
            self.log.write(write.change.events, to: write.stream, expecting: write.expected, now: request.now)
        )
    }
}

extension WriteEventsCompleted {
    init(_ outcome: WriteOutcome) {
        switch outcome {
        case .appended(let first, let last, let position): self.init(first, last, at: position)
        case .repeated(let first, let last): self.init(first, last, at: -1)
        case .wrongExpectedVersion(let current):
            self.init(result: .wrongExpectedVersion, message: "Wrong expected version.", currentVersion: current)
        case .streamDeleted:
            self.init(result: .streamDeleted, message: "Stream is deleted.")
        }
    }

    private init(_ first: Int64, _ last: Int64, at position: Int64) {
        self.init(
            result: .success, firstEventNumber: first, lastEventNumber: last, preparePosition: position,
            commitPosition: position, currentVersion: 0)
    }
}

/// The outcome of a write that made events.
protocol NumberedOutcome: WireMessage {
    var firstEventNumber: Int64 { get }
    var lastEventNumber: Int64 { get }
}

extension WriteEventsCompleted: NumberedOutcome {}
extension TransactionCommitCompleted: NumberedOutcome {}

extension NumberedOutcome {
    /// Nil if there is none: servers fail to answer when the last of the events came before the first, without being
    /// next to it, as when three are repeated in reverse.
    func answer(_ command: Command) -> Answer? {
        let count = self.lastEventNumber.subtractingReportingOverflow(self.firstEventNumber).partialValue &+ 1
        return count < 0 ? nil : .message(self, command)
    }
}
