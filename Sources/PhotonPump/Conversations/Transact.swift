internal import PhotonPumpWire

/// Begins a transaction.
struct StartTransaction: Conversation {
    let stream: String?
    private let expected: ExpectedVersion
    private let message: TransactionStart

    /// - Throws: ``PhotonPumpError/Code/invalidArgument``.
    init(_ stream: String, expecting expected: ExpectedVersion, requireMaster: Bool) throws(PhotonPumpError) {
        try Arguments.check(stream: stream)
        guard expected != .streamExists else {
            // Servers do not support this for transactions.
            throw PhotonPumpError(
                .invalidArgument,
                "start a transaction on '\(stream)': servers cannot check .streamExists; expect .any, .noStream or a .version",
                stream: stream
            )
        }
        self.stream = stream
        self.expected = expected
        self.message = TransactionStart(
            stream: stream,
            expectedVersion: try Arguments.wireValue(of: expected, stream: stream),
            requireMaster: requireMaster
        )
    }

    var operation: String { "start a transaction on '\(self.message.stream)'" }
    var request: Request { Request(command: .transactionStart, message: self.message) }
    /// Each repetition begins another transaction; those that are never committed do no harm.
    var effect: Effect { .repeatable }
    var replyCommand: Command { .transactionStartCompleted }
    var needsMaster: Bool { self.message.requireMaster }

    func received(_ reply: TransactionStartCompleted) -> Step<Int64> {
        if reply.result == .success { return .finish(reply.transactionID) }
        let failure = WriteFailure(operation: self.operation, stream: self.stream, expected: self.expected)
        return failure.step(reply.result, message: reply.message, current: nil)
    }
}

/// Adds events to a transaction.
struct WriteToTransaction: Conversation {
    let stream: String?
    private let message: TransactionWrite

    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` or ``PhotonPumpError/Code/tooLarge``.
    init(
        _ events: [NewEvent],
        to transactionID: Int64,
        on stream: String,
        requireMaster: Bool,
        limits: WriteLimits
    ) throws(PhotonPumpError) {
        try limits.check(events, stream: stream)
        self.stream = stream
        self.message = TransactionWrite(
            transactionID: transactionID,
            events: events.map(\.proposed),
            requireMaster: requireMaster
        )
    }

    var operation: String { "write to transaction \(self.message.transactionID) on '\(self.stream ?? "")'" }
    var request: Request { Request(command: .transactionWrite, message: self.message) }
    /// Servers would add the events again.
    var effect: Effect { .once }
    var replyCommand: Command { .transactionWriteCompleted }
    var needsMaster: Bool { self.message.requireMaster }

    func received(_ reply: TransactionWriteCompleted) -> Step<Void> {
        if reply.result == .success { return .finish(()) }
        let failure = WriteFailure(operation: self.operation, stream: self.stream, expected: nil)
        return failure.step(reply.result, message: reply.message, current: nil)
    }
}

/// Writes the events of a transaction.
struct CommitTransaction: Conversation {
    let stream: String?
    private let name: String
    private let expected: ExpectedVersion?
    private let message: TransactionCommit

    init(_ transactionID: Int64, on stream: String, expecting expected: ExpectedVersion?, requireMaster: Bool) {
        self.stream = stream
        self.name = stream
        self.expected = expected
        self.message = TransactionCommit(transactionID: transactionID, requireMaster: requireMaster)
    }

    var operation: String { "commit transaction \(self.message.transactionID) on '\(self.name)'" }
    var request: Request { Request(command: .transactionCommit, message: self.message) }
    /// With a version the events are recognised in the stream, otherwise only as long as the server remembers them.
    var effect: Effect { self.expected?.isForgettable ?? true ? .checked : .repeatable }
    var replyCommand: Command { .transactionCommitCompleted }
    var needsMaster: Bool { self.message.requireMaster }

    func received(_ reply: TransactionCommitCompleted) -> Step<WriteResult> {
        if reply.result == .success {
            return .finish(
                WriteResult(
                    stream: self.name,
                    firstEventNumber: reply.firstEventNumber,
                    lastEventNumber: reply.lastEventNumber,
                    position: Position(ofWrite: reply.commitPosition, reply.preparePosition)
                )
            )
        }
        let failure = WriteFailure(operation: self.operation, stream: self.stream, expected: self.expected)
        return failure.step(reply.result, message: reply.message, current: nil)
    }
}
