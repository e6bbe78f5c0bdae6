internal import CEventStoreMessages

/// The answer to a creation, update or deletion of a persistent subscription; on the wire they are the same.
package struct CreatePersistentSubscriptionCompleted: Hashable {
    /// Any number is representable: servers may send newer ones.
    package struct Result: WireCode {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let success = Result(rawValue: 0)
        /// What 1 means after a creation.
        package static let alreadyExists = Result(rawValue: 1)
        /// What 1 means after an update or a deletion.
        package static let doesNotExist = Result(rawValue: 1)
        package static let fail = Result(rawValue: 2)
        package static let accessDenied = Result(rawValue: 3)
    }

    package var result: Result
    /// Empty on success.
    package var reason: String?

    package init(result: Result, reason: String? = nil) {
        self.result = result
        self.reason = reason
    }
}

package typealias UpdatePersistentSubscriptionCompleted = CreatePersistentSubscriptionCompleted
package typealias DeletePersistentSubscriptionCompleted = CreatePersistentSubscriptionCompleted

extension CreatePersistentSubscriptionCompleted: ProtobufMessage {
    static let initialize = es__create_persistent_subscription_completed__init

    init(_ message: borrowing Es__CreatePersistentSubscriptionCompleted) {
        self.result = Result(message.result)
        self.reason = field(message.has_reason, message.reason)?.text
    }

    func fill(_ message: inout Es__CreatePersistentSubscriptionCompleted, _ arena: inout ProtobufArena) {
        set(&message.has_result, &message.result, to: self.result.cValue())
        set(&message.has_reason, &message.reason, to: self.reason.map { arena.copy($0) })
    }
}
