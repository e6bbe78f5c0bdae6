public import Foundation

/// What an ``EmbeddedServer`` could not do for its owner. Refusals to clients are sent over the wire instead.
public struct EmbeddedServerError: Error, Hashable, Sendable {
    /// A kind of failure, to branch on; more may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code in words.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// A value of the configuration is invalid.
        public static let invalidConfiguration = Code("invalid configuration")
        /// An address or port could not be listened on.
        public static let cannotListen = Code("cannot listen")
        /// A certificate could not be created.
        public static let cannotIssue = Code("cannot issue a certificate")
        /// The numbers of a fault are invalid.
        public static let invalidFault = Code("invalid fault")
        /// A fault that was waited for will not strike again.
        public static let faultIsOver = Code("fault is over")
        /// The stream was deleted permanently.
        public static let streamDeleted = Code("stream deleted")
        /// No stream with this name can be deleted.
        public static let notDeletable = Code("not deletable")
        /// No client could write such an event.
        public static let notWritable = Code("not writable")
        /// There is no persistent subscription with that name, or it is not served here.
        public static let noSuchGroup = Code("no such persistent subscription")
        /// The cluster has no node with that number.
        public static let noSuchNode = Code("no such node")
        /// The node is stopped or isolated from the others, so it cannot lead them.
        public static let cannotLead = Code("cannot lead")
    }

    /// What went wrong.
    public let code: Code
    /// What was attempted, on what, and why it failed; for people.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension EmbeddedServerError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(self.code): \(self.message)" }
}

extension EmbeddedServerError: LocalizedError {
    /// The ``description``.
    public var errorDescription: String? { self.description }
}
