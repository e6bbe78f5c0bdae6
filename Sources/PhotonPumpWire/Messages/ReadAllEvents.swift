internal import CEventStoreMessages

/// Asks for a slice of the log; the command says in which direction.
package struct ReadAllEvents: Hashable {
    /// 0/0 is the start, -1/-1 the end. Forwards an event at the position is included, backwards it is not.
    package var commitPosition: Int64
    package var preparePosition: Int64
    package var maxCount: Int32
    package var resolveLinks: Bool
    package var requireMaster: Bool

    package init(
        commitPosition: Int64, preparePosition: Int64, maxCount: Int32, resolveLinks: Bool, requireMaster: Bool
    ) {
        self.commitPosition = commitPosition
        self.preparePosition = preparePosition
        self.maxCount = maxCount
        self.resolveLinks = resolveLinks
        self.requireMaster = requireMaster
    }
}

extension ReadAllEvents: ProtobufMessage {
    static let initialize = es__read_all_events__init

    init(_ message: borrowing Es__ReadAllEvents) {
        self.commitPosition = message.commit_position
        self.preparePosition = message.prepare_position
        self.maxCount = message.max_count
        self.resolveLinks = Bool(message.resolve_link_tos)
        self.requireMaster = Bool(message.require_master)
    }

    func fill(_ message: inout Es__ReadAllEvents, _ arena: inout ProtobufArena) {
        set(&message.has_commit_position, &message.commit_position, to: self.commitPosition)
        set(&message.has_prepare_position, &message.prepare_position, to: self.preparePosition)
        set(&message.has_max_count, &message.max_count, to: self.maxCount)
        set(&message.has_resolve_link_tos, &message.resolve_link_tos, to: self.resolveLinks.cValue)
        set(&message.has_require_master, &message.require_master, to: self.requireMaster.cValue)
    }
}
