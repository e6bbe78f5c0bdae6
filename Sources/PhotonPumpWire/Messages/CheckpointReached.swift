internal import CEventStoreMessages

/// Tells a filtered subscriber how far the server has looked, whether or not anything fitted.
package struct CheckpointReached: Hashable {
    package var commitPosition: Int64
    package var preparePosition: Int64

    package init(commitPosition: Int64, preparePosition: Int64) {
        self.commitPosition = commitPosition
        self.preparePosition = preparePosition
    }
}

extension CheckpointReached: ProtobufMessage {
    static let initialize = es__checkpoint_reached__init

    init(_ message: borrowing Es__CheckpointReached) {
        self.commitPosition = message.commit_position
        self.preparePosition = message.prepare_position
    }

    func fill(_ message: inout Es__CheckpointReached, _ arena: inout ProtobufArena) {
        set(&message.has_commit_position, &message.commit_position, to: self.commitPosition)
        set(&message.has_prepare_position, &message.prepare_position, to: self.preparePosition)
    }
}
