internal import CEventStoreMessages

/// Adds events to a transaction. Servers check nothing before it is committed.
package struct TransactionWrite: Hashable {
    package var transactionID: Int64
    package var events: [ProposedEvent]
    package var requireMaster: Bool

    package init(transactionID: Int64, events: [ProposedEvent], requireMaster: Bool) {
        self.transactionID = transactionID
        self.events = events
        self.requireMaster = requireMaster
    }
}

extension TransactionWrite: ProtobufMessage {
    static var codec: ProtobufCodec<Es__TransactionWrite> {
        .init("TransactionWrite", es__transaction_write__init, es__transaction_write__unpack)
    }

    /// Only the frame limits it.
    static var mostElements: Int? { nil }

    init(_ message: borrowing Es__TransactionWrite) throws(MalformedMessage) {
        self.transactionID = message.transaction_id
        self.requireMaster = Bool(message.require_master)
        self.events = []
        self.events.reserveCapacity(message.n_events)
        for position in 0..<message.n_events {
            guard let event = message.events?[position] else { continue }
            self.events.append(try ProposedEvent(event.pointee))
        }
    }

    func fill(_ message: inout Es__TransactionWrite, _ arena: inout ProtobufArena) {
        set(&message.has_transaction_id, &message.transaction_id, to: self.transactionID)
        set(&message.has_require_master, &message.require_master, to: self.requireMaster.cValue)
        message.n_events = self.events.count
        message.events = arena.messages(self.events)
    }
}

/// The answer to ``TransactionWrite``.
package struct TransactionWriteCompleted: Hashable {
    package var transactionID: Int64
    package var result: OperationResult
    package var message: String?

    package init(transactionID: Int64, result: OperationResult, message: String? = nil) {
        self.transactionID = transactionID
        self.result = result
        self.message = message
    }
}

extension TransactionWriteCompleted: ProtobufMessage {
    static var codec: ProtobufCodec<Es__TransactionWriteCompleted> {
        .init(
            "TransactionWriteCompleted",
            es__transaction_write_completed__init,
            es__transaction_write_completed__unpack
        )
    }

    init(_ message: borrowing Es__TransactionWriteCompleted) {
        self.transactionID = message.transaction_id
        self.result = OperationResult(message.result)
        self.message = field(message.has_message, message.message)?.text
    }

    func fill(_ message: inout Es__TransactionWriteCompleted, _ arena: inout ProtobufArena) {
        set(&message.has_transaction_id, &message.transaction_id, to: self.transactionID)
        set(&message.has_result, &message.result, to: self.result.cValue)
        set(&message.has_message, &message.message, to: self.message.map { arena.copy($0) })
    }
}
