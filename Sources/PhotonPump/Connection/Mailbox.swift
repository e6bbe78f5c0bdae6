internal import Synchronization

/// Messages from many tasks to one actor, of which it is told once per batch instead of once per message.
///
/// It holds one message for each call that has just begun or been cancelled, until the actor's next turn.
final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var messages: [Message] = []
        var isAnnounced = false
    }

    private let state = Mutex(State())

    /// Adds a message.
    ///
    /// - Returns: whether the actor must be told: it was not, since it last called ``takeAll()``.
    func post(_ message: Message) -> Bool {
        self.state.withLock { state in
            state.messages.append(message)
            defer { state.isAnnounced = true }
            return !state.isAnnounced
        }
    }

    /// All messages, in the order they were posted.
    func takeAll() -> [Message] {
        self.state.withLock { state in
            defer { state = State() }
            return state.messages
        }
    }
}
