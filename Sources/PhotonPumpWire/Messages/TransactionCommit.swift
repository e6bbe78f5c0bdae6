internal import CEventStoreMessages

/// Writes the events of a transaction, all of them or none.
package struct TransactionCommit: Hashable {
    package var transactionID: Int64
    package var requireMaster: Bool

    package init(transactionID: Int64, requireMaster: Bool) {
        self.transactionID = transactionID
        self.requireMaster = requireMaster
    }
}

extension TransactionCommit: ProtobufMessage {
    static let initialize = es__transaction_commit__init

    init(_ message: borrowing Es__TransactionCommit) {
        self.transactionID = message.transaction_id
        self.requireMaster = Bool(message.require_master)
    }

    func fill(_ message: inout Es__TransactionCommit, _ arena: inout ProtobufArena) {
        set(&message.has_transaction_id, &message.transaction_id, to: self.transactionID)
        set(&message.has_require_master, &message.require_master, to: self.requireMaster.cValue)
    }
}

/// The answer to ``TransactionCommit``.
package struct TransactionCommitCompleted: Hashable {
    package var transactionID: Int64
    package var result: OperationResult
    /// Empty for a success.
    package var message: String?
    package var firstEventNumber: Int64
    package var lastEventNumber: Int64
    /// -1 for a commit that repeats an earlier one, 0 for a failure.
    package var preparePosition: Int64?
    package var commitPosition: Int64?

    package init(
        transactionID: Int64,
        result: OperationResult,
        message: String? = "",
        firstEventNumber: Int64 = WriteEventsCompleted.failureFiller,
        lastEventNumber: Int64 = WriteEventsCompleted.failureFiller,
        preparePosition: Int64? = 0,
        commitPosition: Int64? = 0
    ) {
        self.transactionID = transactionID
        self.result = result
        self.message = message
        self.firstEventNumber = firstEventNumber
        self.lastEventNumber = lastEventNumber
        self.preparePosition = preparePosition
        self.commitPosition = commitPosition
    }
}

extension TransactionCommitCompleted: ProtobufMessage {
    static let initialize = es__transaction_commit_completed__init

    init(_ message: borrowing Es__TransactionCommitCompleted) {
        self.transactionID = message.transaction_id
        self.result = OperationResult(message.result)
        self.message = field(message.has_message, message.message)?.text
        self.firstEventNumber = message.first_event_number
        self.lastEventNumber = message.last_event_number
        self.preparePosition = field(message.has_prepare_position, message.prepare_position)
        self.commitPosition = field(message.has_commit_position, message.commit_position)
    }

    func fill(_ message: inout Es__TransactionCommitCompleted, _ arena: inout ProtobufArena) {
        set(&message.has_transaction_id, &message.transaction_id, to: self.transactionID)
        set(&message.has_result, &message.result, to: self.result.cValue())
        set(&message.has_message, &message.message, to: self.message.map { arena.copy($0) })
        set(&message.has_first_event_number, &message.first_event_number, to: self.firstEventNumber)
        set(&message.has_last_event_number, &message.last_event_number, to: self.lastEventNumber)
        set(&message.has_prepare_position, &message.prepare_position, to: self.preparePosition)
        set(&message.has_commit_position, &message.commit_position, to: self.commitPosition)
    }
}
