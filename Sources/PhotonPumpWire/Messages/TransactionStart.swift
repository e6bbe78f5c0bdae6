internal import CEventStoreMessages

/// Begins a transaction on a stream. Its expected version is checked when it is committed.
package struct TransactionStart: Hashable {
    package var stream: String
    package var expectedVersion: Int64
    package var requireMaster: Bool

    package init(stream: String, expectedVersion: Int64, requireMaster: Bool) {
        self.stream = stream
        self.expectedVersion = expectedVersion
        self.requireMaster = requireMaster
    }
}

extension TransactionStart: ProtobufMessage {
    static let initialize = es__transaction_start__init

    init(_ message: borrowing Es__TransactionStart) throws(MalformedMessage) {
        self.stream = try Self.text("event_stream_id", message.has_event_stream_id, message.event_stream_id)
        self.expectedVersion = message.expected_version
        self.requireMaster = Bool(message.require_master)
    }

    func fill(_ message: inout Es__TransactionStart, _ arena: inout ProtobufArena) {
        set(&message.has_event_stream_id, &message.event_stream_id, to: arena.copy(self.stream))
        set(&message.has_expected_version, &message.expected_version, to: self.expectedVersion)
        set(&message.has_require_master, &message.require_master, to: self.requireMaster.cValue)
    }
}

/// The answer to ``TransactionStart`` or ``TransactionWrite``.
package struct TransactionStartCompleted: Hashable {
    /// -1 for a failure.
    package var transactionID: Int64
    package var result: OperationResult
    package var message: String?

    package init(transactionID: Int64, result: OperationResult, message: String? = nil) {
        self.transactionID = transactionID
        self.result = result
        self.message = message
    }
}

extension TransactionStartCompleted: ProtobufMessage {
    static let initialize = es__transaction_start_completed__init

    init(_ message: borrowing Es__TransactionStartCompleted) {
        self.transactionID = message.transaction_id
        self.result = OperationResult(message.result)
        self.message = field(message.has_message, message.message)?.text
    }

    func fill(_ message: inout Es__TransactionStartCompleted, _ arena: inout ProtobufArena) {
        set(&message.has_transaction_id, &message.transaction_id, to: self.transactionID)
        set(&message.has_result, &message.result, to: self.result.cValue())
        set(&message.has_message, &message.message, to: self.message.map { arena.copy($0) })
    }
}
