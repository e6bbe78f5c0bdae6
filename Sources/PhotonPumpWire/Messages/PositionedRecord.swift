internal import CEventStoreMessages

/// A ``ResolvedRecord`` and its place in the log: the protocol's `ResolvedEvent`.
package struct PositionedRecord: Sendable {
    package var record: ResolvedRecord
    /// Of the link, if there is one.
    package var commitPosition: Int64
    package var preparePosition: Int64

    package init(record: ResolvedRecord, commitPosition: Int64, preparePosition: Int64) {
        self.record = record
        self.commitPosition = commitPosition
        self.preparePosition = preparePosition
    }
}

extension PositionedRecord: PagedRecord {
    static let initialize = es__resolved_event__init

    static func size(of message: borrowing Es__ResolvedEvent) -> Int {
        EventRecordWriter.size(of: message.event) + EventRecordWriter.size(of: message.link)
    }

    init(_ message: borrowing Es__ResolvedEvent, _ writer: inout EventRecordWriter) throws(MalformedMessage) {
        self.record = try ResolvedRecord(message.event, message.link, &writer)
        self.commitPosition = message.commit_position
        self.preparePosition = message.prepare_position
    }

    func fill(_ message: inout Es__ResolvedEvent, _ arena: inout ProtobufArena) {
        message.event = self.record.event.map { arena.message($0) }
        message.link = self.record.link.map { arena.message($0) }
        set(&message.has_commit_position, &message.commit_position, to: self.commitPosition)
        set(&message.has_prepare_position, &message.prepare_position, to: self.preparePosition)
    }
}
