internal import PhotonPumpWire

/// Begins a transaction.
struct StartTransaction: Conversation {
    private let expected: ExpectedVersion
    private let message: TransactionStart

    /// - Throws: ``PhotonPumpError/Code/invalidArgument``.
    init(_ stream: String, expecting expected: ExpectedVersion, requireMaster: Bool) throws(PhotonPumpError) {
        try Arguments.check(stream: stream)
        guard expected != .streamExists else {
            // Servers do not support this for transactions.
            throw PhotonPumpError(
                .invalidArgument,
                "servers cannot check .streamExists; expect .any, .noStream or a .version",
                during: "start a transaction on '\(stream)'",
                stream: stream
            )
        }
        self.expected = expected
        self.message = TransactionStart(
            stream: stream,
            expectedVersion: try Arguments.wireValue(of: expected, stream: stream),
            requireMaster: requireMaster
        )
    }

    var stream: String? { self.message.stream }
    var operation: String { "start a transaction on '\(self.message.stream)'" }
    var request: Request { Request(command: .transactionStart, message: self.message) }
    /// Each repetition begins another transaction; those that are never committed do no harm.
    var effect: Effect { .repeatable }
    var replyCommand: Command { .transactionStartCompleted }
    var needsMaster: Bool { self.message.requireMaster }

    func received(_ reply: TransactionStartCompleted) -> Step<Int64> {
        if reply.result == .success { return .finish(reply.transactionID) }
        return self.failure(reply.result, expecting: self.expected, words: reply.message)
    }
}

/// Adds events to a transaction.
struct WriteToTransaction: Conversation {
    private let target: String
    private let limits: WriteLimits
    private var message: TransactionWrite

    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` or ``PhotonPumpError/Code/tooLarge``.
    init(
        _ events: [NewEvent],
        to transactionID: Int64,
        on stream: String,
        requireMaster: Bool,
        limits: WriteLimits
    ) throws(PhotonPumpError) {
        try limits.check(events, stream: stream)
        self.target = stream
        self.limits = limits
        self.message = TransactionWrite(
            transactionID: transactionID,
            events: events.map(\.proposed),
            requireMaster: requireMaster
        )
    }

    var stream: String? { self.target }
    var operation: String { "write to transaction \(self.message.transactionID) on '\(self.target)'" }
    var request: Request { Request(command: .transactionWrite, message: self.message) }
    /// Servers would add the events again.
    var effect: Effect { .once }
    var replyCommand: Command { .transactionWriteCompleted }
    var needsMaster: Bool { self.message.requireMaster }

    var carriesContext: Bool { !self.target.hasPrefix("$") }

    func carrying(_ context: [(key: String, value: String)]) -> WriteToTransaction {
        var other = self
        other.message.events = self.limits.adding(context, to: self.message.events, of: self.target)
        return other
    }

    func received(_ reply: TransactionWriteCompleted) -> Step<Void> {
        if reply.result == .success { return .finish(()) }
        return self.failure(reply.result, expecting: nil, words: reply.message)
    }
}

/// Writes the events of a transaction.
struct CommitTransaction: Conversation {
    private let target: String
    private let expected: ExpectedVersion?
    private let message: TransactionCommit

    init(_ transactionID: Int64, on stream: String, expecting expected: ExpectedVersion?, requireMaster: Bool) {
        self.target = stream
        self.expected = expected
        self.message = TransactionCommit(transactionID: transactionID, requireMaster: requireMaster)
    }

    var stream: String? { self.target }
    var operation: String { "commit transaction \(self.message.transactionID) on '\(self.target)'" }
    var request: Request { Request(command: .transactionCommit, message: self.message) }
    /// With a version the events are recognised in the stream, otherwise only as long as the server remembers them.
    var effect: Effect { self.expected?.isForgettable ?? true ? .checked : .repeatable }
    var replyCommand: Command { .transactionCommitCompleted }
    var needsMaster: Bool { self.message.requireMaster }

    func received(_ reply: TransactionCommitCompleted) -> Step<WriteResult> {
        if reply.result == .success {
            return .finish(
                WriteResult(
                    stream: self.target, firstEventNumber: reply.firstEventNumber,
                    lastEventNumber: reply.lastEventNumber,
                    position: Position(ofWrite: reply.commitPosition, reply.preparePosition)))
        }
        return self.failure(reply.result, expecting: self.expected, words: reply.message)
    }
}
