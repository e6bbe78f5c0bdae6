internal import PhotonPumpWire

/// Sends a ping, which passes through everything that a request passes through.
struct SendPing: Conversation {
    var operation: String { "ping" }
    var stream: String? { nil }
    var request: Request { Request(command: .ping, message: Echo()) }
    var effect: Effect { .none }
    var replyCommand: Command { .pong }

    func received(_ reply: Echo) -> Step<Void> { .finish(()) }
}
