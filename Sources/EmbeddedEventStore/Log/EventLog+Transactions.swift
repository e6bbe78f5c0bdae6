internal import PhotonPumpWire

// A transaction is recorded in the log step by step: a record for its beginning, whose position is its id, one for each
// event, and one for the commit, where the events become visible, after everything written in the meantime.
extension EventLog {
    /// Begins a transaction, whatever the stream's state, and returns its id.
    mutating func beginTransaction(on stream: StreamName, expecting expected: ExpectedVersion) -> Int64 {
        let id = self.advance(by: stream.bytes.count).lowerBound
        self.transactions.begin(id, Transaction(stream: stream, expected: expected))
        return id
    }

    /// Adds events to a transaction. They are lost if it is unknown or committed.
    mutating func add(_ events: [ProposedEvent], toTransaction id: Int64, now: Int64) {
        guard let stream = self.transactions.openStream(id) else { return }
        let prepared = events.map { event in
            let place = self.advance(by: stream.bytes.count + event.contentCount)
            return PreparedEvent(event: event, place: place, created: now)
        }
        self.transactions.add(prepared, to: id)
    }

    /// What committing a write without a transaction amounts to, whose events are all there.
    func repeated(_ write: PlainWrite) -> WriteOutcome {
        self.lastNumber(of: write.stream) == StreamHistory.deletedNumber
            ? .streamDeleted : .repeated(first: write.numbers.lowerBound, last: write.numbers.upperBound)
    }

    /// Appends the events of a transaction as one write; committing it again repeats that write.
    ///
    /// - Returns: nil for an unknown transaction. A transaction that cannot be committed stays open.
    mutating func commitTransaction(_ id: Int64, now: Int64) -> WriteOutcome? {
        guard let transaction = self.transactions[id] else { return nil }
        // One without events left nothing by which a repetition could be recognised: it is committed again.
        if let committed = transaction.committed, committed.first <= committed.last {
            guard self.lastNumber(of: transaction.stream) != StreamHistory.deletedNumber else { return .streamDeleted }
            return .repeated(first: committed.first, last: committed.last)
        }
        let events = transaction.events.map(\.event)
        let outcome = self.write(events, to: transaction.stream, expecting: transaction.expected, now: now) {
            log, stream in
            let commit = log.advance(by: 0)
            for prepared in transaction.events {
                log.append(prepared, of: stream, commit: commit)
            }
            return commit.lowerBound
        }
        switch outcome {
        case .appended(let first, let last, position: _), .repeated(let first, let last):
            self.transactions.commit(id, first: first, last: last)
        case .wrongExpectedVersion, .streamDeleted:
            break
        }
        return outcome
    }
}
