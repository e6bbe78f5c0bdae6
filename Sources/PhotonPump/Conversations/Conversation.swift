internal import PhotonPumpWire

/// A request and what follows from it, as a pure state machine: it says what to do, but never does it.
///
/// It touches no socket, clock or continuation, so every rule of the protocol can be tested without a server.
protocol Conversation: Sendable {
    associatedtype Output: Sendable
    associatedtype Reply: WireMessage

    /// What is attempted, and on what, for error messages: `read event 5 of 'ponies'`.
    var operation: String { get }
    /// The stream concerned, if any.
    var stream: String? { get }
    /// The request to send.
    var request: Request { get }
    /// What the request changes.
    var effect: Effect { get }
    /// The command that answers ``request``.
    var replyCommand: Command { get }

    /// Whether it concerns this node, so that it fails rather than being sent to another one.
    var staysHere: Bool { get }

    /// Whether only the master answers it, where servers can be relied on to ensure that.
    var needsMaster: Bool { get }

    /// What the answer means.
    func received(_ reply: Reply) -> Step<Output>

    /// What the answer, which takes this many bytes, means.
    func received(_ reply: Reply, bytes: Int) -> Step<Output>

    /// The connection was lost before the answer came. The request may be made again, and may be different then.
    func lostAnswer()

    /// The answer takes this many bytes, so that the client did not accept it, or the server ended the connection.
    ///
    /// - Returns: whether the request asks for less when it is made again.
    func answerWasTooLarge(bytes: Int) -> Bool

    /// For a write that must not be sent again as it is: what to look for in its stream. Otherwise nil.
    var uncertainWrite: UncertainWrite? { get }

    /// The call ended although it may have had its effect.
    func leftOpen()

    /// The same write, for a stream in this state.
    func expecting(_ expected: ExpectedVersion) -> Self

    /// Whether the metadata of the events that it writes may say which span they come from.
    var carriesContext: Bool { get }

    /// The same write, with these members in the metadata of its events where they can be.
    func carrying(_ context: [(key: String, value: String)]) -> Self
}

extension Conversation {
    var staysHere: Bool { false }
    var needsMaster: Bool { false }

    func received(_ reply: Reply, bytes: Int) -> Step<Output> { self.received(reply) }
    func lostAnswer() {}
    func answerWasTooLarge(bytes: Int) -> Bool { false }
    func leftOpen() {}
    var uncertainWrite: UncertainWrite? { nil }
    func expecting(_ expected: ExpectedVersion) -> Self { self }
    var carriesContext: Bool { false }
    func carrying(_ context: [(key: String, value: String)]) -> Self { self }

    /// An error of this call.
    ///
    /// - Parameter words: the server's own.
    func error(
        _ code: PhotonPumpError.Code, _ problem: String, eventNumber: Int64? = nil, conflict: VersionConflict? = nil,
        words: String? = nil
    ) -> PhotonPumpError {
        PhotonPumpError(
            code, problem, during: self.operation, stream: self.stream, eventNumber: eventNumber, conflict: conflict,
            serverMessage: words)
    }

    /// The error for a result code that this version does not know.
    func unknownResult(_ result: UInt32, words: String?) -> PhotonPumpError {
        self.error(.unexpectedReply, "the server answered with the unknown result \(result)", words: words)
    }
}

/// A package to send, without its correlation id and credentials.
struct Request {
    let command: Command
    let message: any WireMessage
}

/// What should happen next in a conversation.
enum Step<Output: Sendable> {
    /// Return this to the caller.
    case finish(Output)
    /// Throw this error to the caller.
    case fail(PhotonPumpError)
    /// Send the request again a little later, if the call's deadline allows.
    case retry
    /// The server gave up waiting for the request to be carried out, which may still happen: send it again a little later,
    /// if that does no harm and the call's deadline allows; otherwise throw the error to the caller.
    case unfinished(PhotonPumpError)
    /// Send the request to another node, the master (nil if it is not known which); if that is impossible, throw the
    /// error to the caller.
    case redirect(MasterInfo?, otherwise: PhotonPumpError)
}

/// What a request changes on the server.
enum Effect {
    /// Nothing.
    case none
    /// Something, once, however often the request is sent: the server recognises a repetition.
    case repeatable
    /// Something, each time the request is sent.
    case once
    /// Something, each time the request is sent; the caller finds out what became of it before it asks again.
    case checked
}
