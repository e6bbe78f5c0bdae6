internal import Synchronization

/// Messages from many tasks to one actor. The actor is called once for all messages that arrive until it reads them.
///
/// Until the actor's next turn it holds one message for each call that has just begun or been cancelled.
final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var messages: [Message] = []
        /// Whether the actor is reading, or has been called to.
        var isAttended = false

        mutating func takeMessages() -> [Message] {
            defer { self.messages = [] }
            return self.messages
        }
    }

    private let state = Mutex(State())

    /// Adds a message.
    ///
    /// - Returns: whether the actor must be called: it is not reading, and has not been called since it last stopped.
    func post(_ message: Message) -> Bool {
        self.state.withLock { state in
            state.messages.append(message)
            defer { state.isAttended = true }
            return !state.isAttended
        }
    }

    /// The actor begins to read, whether or not it was called.
    ///
    /// - Returns: the messages so far, in the order they were posted.
    func attend() -> [Message] {
        self.state.withLock { state in
            state.isAttended = true
            return state.takeMessages()
        }
    }

    /// All further messages, in the order they were posted. nil if there are none; the actor has then stopped reading.
    func takeAllOrLeave() -> [Message]? {
        self.state.withLock { state in
            state.isAttended = !state.messages.isEmpty
            return state.isAttended ? state.takeMessages() : nil
        }
    }
}
