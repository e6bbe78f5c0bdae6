internal import PhotonPumpWire

/// One request and what follows from it, as a pure state machine: it says what to do and never does it.
///
/// It touches no socket, no clock and no continuation, so every rule of the protocol is tested without a server.
protocol Conversation: Sendable {
    associatedtype Output: Sendable
    associatedtype Reply: WireMessage

    /// What is tried, and on what, for error messages: `read event 5 of 'ponies'`.
    var operation: String { get }
    /// The stream it is about, if it is about one.
    var stream: String? { get }
    /// What to send.
    var request: Request { get }
    /// What the request changes.
    var effect: Effect { get }
    /// The command that answers ``request``.
    var replyCommand: Command { get }

    /// What the answer means.
    func received(_ reply: Reply) -> Step<Output>

    /// The connection was lost before the answer came; the request may be made again, and be another then.
    func lostAnswer()
}

extension Conversation {
    func lostAnswer() {}
}

/// A package to send, but for its correlation id and credentials.
struct Request {
    let command: Command
    let message: any WireMessage
}

/// What a conversation wants to happen next.
enum Step<Output: Sendable> {
    /// The caller gets this.
    case finish(Output)
    /// The caller gets this error.
    case fail(PhotonPumpError)
    /// The request is to be sent again a little later, if the call's deadline allows.
    case retry
    /// The request is to be sent to another node, the master (nil when it is not known which); the caller gets the error
    /// when that cannot be.
    case redirect(MasterInfo?, otherwise: PhotonPumpError)
}

/// What a request changes on the server.
enum Effect {
    /// Nothing.
    case none
    /// Something, once, however often it is sent: the server recognises a repetition.
    case repeatable
    /// Something, each time it is sent.
    case once
}
