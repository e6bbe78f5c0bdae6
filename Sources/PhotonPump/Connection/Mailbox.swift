internal import Synchronization

/// Messages from many tasks to one actor, which is called once for all that come until it reads them.
///
/// It holds one message for each call that has just begun or been cancelled, until the actor's next turn.
final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var messages: [Message] = []
        /// Whether the actor is reading, or was called to.
        var isAttended = false
    }

    private let state = Mutex(State())

    /// Adds a message.
    ///
    /// - Returns: whether the actor must be called: it neither reads now nor was called since it last left.
    func post(_ message: Message) -> Bool {
        self.state.withLock { state in
            state.messages.append(message)
            defer { state.isAttended = true }
            return !state.isAttended
        }
    }

    /// The actor begins to read, called or not.
    func attend() {
        self.state.withLock { $0.isAttended = true }
    }

    /// All messages, in the order they were posted; nil when there are none, and then the actor has left.
    func takeAllOrLeave() -> [Message]? {
        self.state.withLock { state in
            guard !state.messages.isEmpty else {
                state.isAttended = false
                return nil
            }
            defer { state.messages = [] }
            return state.messages
        }
    }
}
