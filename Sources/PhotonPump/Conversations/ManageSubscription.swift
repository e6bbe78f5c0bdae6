internal import PhotonPumpWire
internal import Synchronization

/// Creates, changes or deletes a persistent subscription; the answers have the same form.
final class ManageSubscription: Conversation {
    enum Change {
        case create(PhotonPumpWire.PersistentSubscriptionSettings)
        case update(PhotonPumpWire.PersistentSubscriptionSettings)
        case delete
    }

    private let change: Change
    private let group: String
    private let target: String
    private let hasLostAnswer = Atomic(false)

    /// - Throws: ``PhotonPumpError/Code/invalidArgument``.
    init(_ change: Change, group: String, stream: String) throws(PhotonPumpError) {
        try Arguments.check(stream: stream)
        try Arguments.check(group: group, stream: stream)
        self.change = change
        self.group = group
        self.target = stream
    }

    var stream: String? { self.target }

    var operation: String {
        let verb =
            switch self.change {
            case .create: "create"
            case .update: "update"
            case .delete: "delete"
            }
        return "\(verb) subscription '\(self.group)' to '\(self.target)'"
    }

    var request: Request { Request(command: self.commands.request, message: self.message) }

    /// A repetition that finds the change made already does no harm.
    var effect: Effect { .repeatable }

    var replyCommand: Command { self.commands.reply }
    var needsMaster: Bool { true }

    func lostAnswer() { self.hasLostAnswer.store(true, ordering: .relaxed) }

    /// Whether the change may have been made by a request whose answer was lost.
    var mayBeDone: Bool { self.hasLostAnswer.load(ordering: .relaxed) }

    func received(_ reply: CreatePersistentSubscriptionCompleted) -> Step<Void> {
        switch (reply.result, self.change) {
        case (.success, _):
            return .finish(())
        case (.doesNotExist, .delete) where self.mayBeDone:
            return .finish(())
        case (.alreadyExists, .create):
            let doubt = self.mayBeDone ? ", perhaps created by this call" : ""
            return .fail(self.error(.subscriptionExists, "it exists already\(doubt)"))
        case (.doesNotExist, .update), (.doesNotExist, .delete):
            return .fail(self.error(.subscriptionNotFound, "there is no such subscription"))
        case (.accessDenied, _):
            return .fail(self.error(.accessDenied, "access denied"))
        case (.fail, _):
            return .fail(self.error(.serverError, "the server reported an error", words: reply.reason))
        default:
            return .fail(self.unknownResult(reply.result.rawValue, words: reply.reason))
        }
    }

    private var commands: (request: Command, reply: Command) {
        switch self.change {
        case .create: (.createPersistentSubscription, .createPersistentSubscriptionCompleted)
        case .update: (.updatePersistentSubscription, .updatePersistentSubscriptionCompleted)
        case .delete: (.deletePersistentSubscription, .deletePersistentSubscriptionCompleted)
        }
    }

    private var message: any WireMessage {
        switch self.change {
        case .create(let settings), .update(let settings):
            CreatePersistentSubscription(stream: self.target, group: self.group, settings: settings)
        case .delete: DeletePersistentSubscription(stream: self.target, group: self.group)
        }
    }
}
