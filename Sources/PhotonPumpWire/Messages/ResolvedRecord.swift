internal import CEventStoreMessages

/// An event and the link it was found through: the protocol's `ResolvedIndexedEvent`.
package struct ResolvedRecord: Sendable {
    /// Missing when the link's target is gone.
    package var event: EventRecord?
    package var link: EventRecord?

    package init(event: EventRecord?, link: EventRecord?) {
        self.event = event
        self.link = link
    }
}

extension ResolvedRecord: PagedRecord {
    static let initialize = es__resolved_indexed_event__init

    static func size(of message: borrowing Es__ResolvedIndexedEvent) -> Int {
        EventRecordWriter.size(of: message.event) + EventRecordWriter.size(of: message.link)
    }

    init(_ message: borrowing Es__ResolvedIndexedEvent, _ writer: inout EventRecordWriter) throws(MalformedMessage) {
        try self.init(message.event, message.link, &writer)
    }

    init(
        _ event: UnsafeMutablePointer<Es__EventRecord>?, _ link: UnsafeMutablePointer<Es__EventRecord>?,
        _ writer: inout EventRecordWriter
    ) throws(MalformedMessage) {
        self.event = if let event { try writer.append(event.pointee) } else { nil }
        self.link = if let link { try writer.append(link.pointee) } else { nil }
    }

    func fill(_ message: inout Es__ResolvedIndexedEvent, _ arena: inout ProtobufArena) {
        message.event = self.event.map { arena.message($0) }
        message.link = self.link.map { arena.message($0) }
    }
}
