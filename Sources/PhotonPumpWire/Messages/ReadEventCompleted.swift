internal import CEventStoreMessages

/// The answer to ``ReadEvent``.
package struct ReadEventCompleted: Sendable {
    /// Any number is representable: servers may send newer ones.
    package struct Result: WireCode {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let success = Result(rawValue: 0)
        package static let notFound = Result(rawValue: 1)
        package static let noStream = Result(rawValue: 2)
        package static let streamDeleted = Result(rawValue: 3)
        package static let error = Result(rawValue: 4)
        package static let accessDenied = Result(rawValue: 5)
    }

    package var result: Result
    /// Empty, though on the wire, unless it is a success.
    package var event: ResolvedRecord
    package var error: String?

    package init(result: Result, event: ResolvedRecord = .init(event: nil, link: nil), error: String? = nil) {
        self.result = result
        self.event = event
        self.error = error
    }
}

extension ReadEventCompleted: ProtobufMessage {
    static let initialize = es__read_event_completed__init

    init(_ message: borrowing Es__ReadEventCompleted) throws(MalformedMessage) {
        self.result = Result(message.result)
        self.event =
            if let event = message.event { try ResolvedRecord(event.pointee) } else { .init(event: nil, link: nil) }
        self.error = field(message.has_error, message.error)?.text
    }

    func fill(_ message: inout Es__ReadEventCompleted, _ arena: inout ProtobufArena) {
        set(&message.has_result, &message.result, to: self.result.cValue())
        message.event = arena.message(self.event)
        set(&message.has_error, &message.error, to: self.error.map { arena.copy($0) })
    }
}
