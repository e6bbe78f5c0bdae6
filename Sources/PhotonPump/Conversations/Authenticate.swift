internal import PhotonPumpWire

/// Says who the connection's requests without credentials of their own come from; the user goes with the call's terms.
struct Authenticate: Conversation {
    var operation: String { "authenticate" }
    var stream: String? { nil }
    var request: Request { Request(command: .authenticate, message: Echo()) }
    var effect: Effect { .none }
    var replyCommand: Command { .authenticated }

    func received(_ reply: Echo) -> Step<Void> { .finish(()) }
}
