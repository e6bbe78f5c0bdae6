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
    static let initialize = es__transaction_write__init

    /// Only the frame limits it.
    static var mostElements: Int? { nil }

    init(_ message: borrowing Es__TransactionWrite) throws(MalformedMessage) {
        self.transactionID = message.transaction_id
        self.requireMaster = Bool(message.require_master)
        self.events = try ProposedEvent.batch(message.n_events, at: message.events)
    }

    func fill(_ message: inout Es__TransactionWrite, _ arena: inout ProtobufArena) {
        set(&message.has_transaction_id, &message.transaction_id, to: self.transactionID)
        set(&message.has_require_master, &message.require_master, to: self.requireMaster.cValue)
        message.n_events = self.events.count
        message.events = arena.messages(self.events)
    }
}

/// The answer to ``TransactionWrite``; on the wire the same as that to ``TransactionStart``.
package typealias TransactionWriteCompleted = TransactionStartCompleted
