/// What an ``EmbeddedServer`` could not do for its owner. What it refuses its clients goes to them over the wire.
public struct EmbeddedServerError: Error, Hashable, Sendable {
    /// A kind of failure, to branch on; there may be more of them one day.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code in words.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// A value of the configuration makes no sense.
        public static let invalidConfiguration = Code("invalid configuration")
        /// An address or port could not be listened on.
        public static let cannotListen = Code("cannot listen")
        /// A certificate could not be made.
        public static let cannotIssue = Code("cannot issue a certificate")
        /// The numbers of a fault make no sense.
        public static let invalidFault = Code("invalid fault")
        /// A fault that was waited for strikes no more.
        public static let faultIsOver = Code("fault is over")
        /// The stream has been deleted for good.
        public static let streamDeleted = Code("stream deleted")
        /// The name belongs to no stream that could be deleted.
        public static let notDeletable = Code("not deletable")
        /// There is no persistent subscription of that name, or it is not served here.
        public static let noSuchGroup = Code("no such persistent subscription")
        /// The cluster has no node of that number.
        public static let noSuchNode = Code("no such node")
        /// The node is stopped or out of touch with the others, so that it cannot lead them.
        public static let cannotLead = Code("cannot lead")
    }

    /// What went wrong.
    public let code: Code
    /// What was tried, on what, and why it failed; for people.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension EmbeddedServerError: CustomStringConvertible {
    /// Code and message.
    public var description: String { "\(self.code): \(self.message)" }
}
