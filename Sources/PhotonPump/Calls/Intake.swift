internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// Where calls come in, from any task: what they need before the client's queue sees them.
final class Intake: Sendable {
    /// What tasks have to say to the client.
    enum Message: Sendable {
        case begin(Exchange)
        case cancel(GUID)
        case tell(any WireMessage, Command, GUID, Login?)
        case unsubscribe(GUID)
        case awaitAdmission(Exchange)
        case admitNext
        case cancelConnect(GUID)
    }

    let ids: CorrelationIDs
    let gate: AdmissionGate
    let iterations = Iterations()
    let knownEnds: KnownEnds
    private let mailbox = Mailbox<Message>()
    /// Whether no call is waiting, so that there is no one to share a write with.
    private let quiet = Atomic(true)
    private let closing = Atomic(false)
    private let closed = Atomic(false)
    private let closedByGroup = Atomic(false)

    init(_ context: ClientContext) {
        let configuration = context.configuration
        self.knownEnds = KnownEnds(context.environment)
        self.ids = CorrelationIDs(context.environment)
        self.gate = AdmissionGate(limit: configuration.maximumInFlight, andWaiting: configuration.maximumWaiting)
    }

    // MARK: Closing

    /// Whether calls are refused because the client is closed or about to be.
    var isClosing: Bool { self.closing.load(ordering: .acquiring) }

    /// Whether nothing more is handed out.
    var isClosed: Bool { self.closed.load(ordering: .relaxed) }

    /// Whether that is because a service group shuts down.
    var isClosedByGroup: Bool { self.closedByGroup.load(ordering: .relaxed) }

    /// From now on, calls are refused.
    func beginClosing(byGroup: Bool = false) {
        if byGroup { self.closedByGroup.store(true, ordering: .relaxed) }
        self.closing.store(true, ordering: .releasing)
    }

    /// From now on, nothing more is handed out.
    func close() {
        self.beginClosing()
        self.closed.store(true, ordering: .relaxed)
    }

    // MARK: Messages

    var isQuiet: Bool { self.quiet.load(ordering: .relaxed) }

    func note(isQuiet: Bool) {
        self.quiet.store(isQuiet, ordering: .relaxed)
    }

    /// - Returns: whether the client must be called to read.
    func post(_ message: Message) -> Bool { self.mailbox.post(message) }

    /// The client begins to read, whether or not it was called.
    ///
    /// - Returns: what has been posted so far.
    func attend() -> [Message] { self.mailbox.attend() }

    /// What has been posted since; nil if the client has stopped reading because there was nothing.
    func takeAllOrLeave() -> [Message]? { self.mailbox.takeAllOrLeave() }
}
