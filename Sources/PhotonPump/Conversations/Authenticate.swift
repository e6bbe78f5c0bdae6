internal import PhotonPumpWire

/// Sets the user for requests on this connection that carry no credentials; the user is part of the call's terms.
struct Authenticate: Conversation {
    var operation: String { "authenticate" }
    var stream: String? { nil }
    var request: Request { Request(command: .authenticate, message: Echo()) }
    var effect: Effect { .none }
    var replyCommand: Command { .authenticated }

    func received(_ reply: Echo) -> Step<Void> { .finish(()) }
}
