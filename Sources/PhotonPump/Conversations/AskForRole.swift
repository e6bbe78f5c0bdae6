internal import PhotonPumpWire

/// Has the node show whether it is the master: only that one answers, the others say that they are not.
struct AskForRole: Conversation {
    var stream: String? { nil }
    var operation: String { "ask for the node's role" }

    /// What is read does not matter; even to be refused access to it is an answer.
    var request: Request {
        let message = ReadEvent(stream: "$users", eventNumber: 0, resolveLinks: false, requireMaster: true)
        return Request(command: .readEvent, message: message)
    }

    var effect: Effect { .none }
    var replyCommand: Command { .readEventCompleted }
    var staysHere: Bool { true }
    var needsMaster: Bool { true }

    func received(_ reply: ReadEventCompleted) -> Step<Void> { .finish(()) }
}
