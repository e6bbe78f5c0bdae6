internal import CEventStoreMessages

/// What servers answer to a scavenge: up to 4.x when it has ended, from 5.0 on when it has begun. The later form (the
/// protocol's `ScavengeDatabaseResponse`) shares the command, and has neither time nor space.
package struct ScavengeDatabaseCompleted: Hashable {
    /// Any number is representable: servers may send newer ones.
    package struct Result: WireCode {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let success = Result(rawValue: 0)
        package static let inProgress = Result(rawValue: 1)
        package static let failed = Result(rawValue: 2)
    }

    package var result: Result
    /// The error, or the id of the scavenge that has begun.
    package var text: String?
    package var totalMilliseconds: Int32?
    package var spaceSaved: Int64?

    package init(result: Result, text: String? = nil, totalMilliseconds: Int32? = nil, spaceSaved: Int64? = nil) {
        self.result = result
        self.text = text
        self.totalMilliseconds = totalMilliseconds
        self.spaceSaved = spaceSaved
    }
}

extension ScavengeDatabaseCompleted: ProtobufMessage {
    static let initialize = es__scavenge_database_completed__init

    init(_ message: borrowing Es__ScavengeDatabaseCompleted) {
        self.result = Result(message.result)
        self.text = field(message.has_error, message.error)?.text
        self.totalMilliseconds = field(message.has_total_time_ms, message.total_time_ms)
        self.spaceSaved = field(message.has_total_space_saved, message.total_space_saved)
    }

    func fill(_ message: inout Es__ScavengeDatabaseCompleted, _ arena: inout ProtobufArena) {
        set(&message.has_result, &message.result, to: self.result.cValue())
        set(&message.has_error, &message.error, to: self.text.map { arena.copy($0) })
        set(&message.has_total_time_ms, &message.total_time_ms, to: self.totalMilliseconds)
        set(&message.has_total_space_saved, &message.total_space_saved, to: self.spaceSaved)
    }
}
