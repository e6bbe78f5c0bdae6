internal import PhotonPumpWire

extension Store {
    mutating func start(_ start: LegalChange<TransactionStart>, _ request: Request) -> TransactionStartCompleted {
        guard self.log.allows(request.identity, to: .write, start.stream) else {
            return TransactionStartCompleted(transactionID: -1, result: .accessDenied, message: "Access denied.")
        }
        let id = self.log.beginTransaction(on: start.stream, expecting: start.expected)
        return TransactionStartCompleted(transactionID: id, result: .success)
    }

    /// Anyone may write to any transaction, known or not. Whether that was allowed turns out when it is committed.
    mutating func write(_ write: TransactionWrite, _ request: Request) -> TransactionWriteCompleted {
        self.log.add(write.events, toTransaction: write.transactionID, now: request.now)
        return TransactionWriteCompleted(transactionID: write.transactionID, result: .success)
    }

    mutating func commit(_ commit: TransactionCommit, _ request: Request) -> TransactionCommitCompleted {
        let id = commit.transactionID
        func failed(_ result: OperationResult, _ text: String) -> TransactionCommitCompleted {
            TransactionCommitCompleted(transactionID: id, result: result, message: text)
        }
        let (plain, part) = (self.log.plainWrite(at: id), self.log.transactions.transaction(with: id))
        guard let stream = plain?.stream ?? part?.stream ?? self.log.transactions[id]?.stream,
            self.log.allows(request.identity, to: .write, stream)
        else { return failed(.accessDenied, "Access denied.") }
        // Servers wait in vain for what began before that place.
        guard part == nil, plain?.beginsThere ?? true else {
            return failed(.prepareTimeout, "Prepare phase timeout.")
        }
        guard let outcome = plain.map({ self.log.repeated($0) }) ?? self.log.commitTransaction(id, now: request.now)
        else { return failed(.accessDenied, "Access denied.") }
        var answer = TransactionCommitCompleted(id, WriteEventsCompleted(outcome))
        // The positions get lost on the way through another node.
        if request.role != .master, answer.result == .success {
            (answer.preparePosition, answer.commitPosition) = (0, 0)
        }
        return answer
    }
}

extension TransactionCommitCompleted {
    /// The answer to the write that the commit amounts to.
    fileprivate init(_ id: Int64, _ write: WriteEventsCompleted) {
        self.init(transactionID: id, result: write.result, message: write.message ?? "")
        guard write.result == .success else { return }
        self.firstEventNumber = write.firstEventNumber
        self.lastEventNumber = write.lastEventNumber
        self.preparePosition = write.preparePosition
        self.commitPosition = write.commitPosition
    }
}
