/// A payload that is not the message its command calls for. It concerns one operation, never the connection.
package struct MalformedMessage: Error, Hashable, Sendable {
    /// The message's name in the protocol.
    package let message: String
    package let reason: String

    package init(_ message: String, _ reason: String) {
        self.message = message
        self.reason = reason
    }
}

extension MalformedMessage: CustomStringConvertible {
    package var description: String { "unreadable \(self.message): \(self.reason)" }
}
