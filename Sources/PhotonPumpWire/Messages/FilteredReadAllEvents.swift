internal import CEventStoreMessages

/// Asks for those events of a slice of the log that fit a filter; the command says in which direction. Servers of
/// generation 20 and later know it.
package struct FilteredReadAllEvents: Hashable {
    /// 0/0 is the start, -1/-1 the end. Forwards an event at the position is included, backwards it is not.
    package var commitPosition: Int64
    package var preparePosition: Int64
    package var maxCount: Int32
    /// How many events are looked at, fitting or not; missing means ``maxCount``.
    package var maxSearchWindow: Int32?
    package var resolveLinks: Bool
    package var requireMaster: Bool
    package var filter: Filter

    package init(
        commitPosition: Int64,
        preparePosition: Int64,
        maxCount: Int32,
        maxSearchWindow: Int32? = nil,
        resolveLinks: Bool,
        requireMaster: Bool,
        filter: Filter
    ) {
        self.commitPosition = commitPosition
        self.preparePosition = preparePosition
        self.maxCount = maxCount
        self.maxSearchWindow = maxSearchWindow
        self.resolveLinks = resolveLinks
        self.requireMaster = requireMaster
        self.filter = filter
    }
}

extension FilteredReadAllEvents: ProtobufMessage {
    static let initialize = es__filtered_read_all_events__init

    init(_ message: borrowing Es__FilteredReadAllEvents) throws(MalformedMessage) {
        self.commitPosition = message.commit_position
        self.preparePosition = message.prepare_position
        self.maxCount = message.max_count
        self.maxSearchWindow = field(message.has_max_search_window, message.max_search_window)
        self.resolveLinks = Bool(message.resolve_link_tos)
        self.requireMaster = Bool(message.require_leader)
        self.filter = Filter(try Self.required("filter", message.filter).pointee)
    }

    func fill(_ message: inout Es__FilteredReadAllEvents, _ arena: inout ProtobufArena) {
        set(&message.has_commit_position, &message.commit_position, to: self.commitPosition)
        set(&message.has_prepare_position, &message.prepare_position, to: self.preparePosition)
        set(&message.has_max_count, &message.max_count, to: self.maxCount)
        set(&message.has_max_search_window, &message.max_search_window, to: self.maxSearchWindow)
        set(&message.has_resolve_link_tos, &message.resolve_link_tos, to: self.resolveLinks.cValue)
        set(&message.has_require_leader, &message.require_leader, to: self.requireMaster.cValue)
        message.filter = arena.message(self.filter)
    }
}
