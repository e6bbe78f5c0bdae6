internal import CEventStoreMessages

/// The answer to ``DeleteStream``.
package struct DeleteStreamCompleted: Hashable {
    package var result: OperationResult
    package var message: String?
    /// -1 for a failure.
    package var preparePosition: Int64?
    package var commitPosition: Int64?
    /// The stream's last event number, from servers of generation 21 and later.
    package var currentVersion: Int64?

    package init(
        result: OperationResult,
        message: String? = nil,
        preparePosition: Int64? = -1,
        commitPosition: Int64? = -1,
        currentVersion: Int64? = nil
    ) {
        self.result = result
        self.message = message
        self.preparePosition = preparePosition
        self.commitPosition = commitPosition
        self.currentVersion = currentVersion
    }
}

extension DeleteStreamCompleted: ProtobufMessage {
    static let initialize = es__delete_stream_completed__init

    init(_ message: borrowing Es__DeleteStreamCompleted) {
        self.result = OperationResult(message.result)
        self.message = field(message.has_message, message.message)?.text
        self.preparePosition = field(message.has_prepare_position, message.prepare_position)
        self.commitPosition = field(message.has_commit_position, message.commit_position)
        self.currentVersion = field(message.has_current_version, message.current_version)
    }

    func fill(_ message: inout Es__DeleteStreamCompleted, _ arena: inout ProtobufArena) {
        set(&message.has_result, &message.result, to: self.result.cValue())
        set(&message.has_message, &message.message, to: self.message.map { arena.copy($0) })
        set(&message.has_prepare_position, &message.prepare_position, to: self.preparePosition)
        set(&message.has_commit_position, &message.commit_position, to: self.commitPosition)
        set(&message.has_current_version, &message.current_version, to: self.currentVersion)
    }
}
