internal import PhotonPumpWire

/// How a store serves one command: how the request is read, what it needs of the node that was asked, and what is done.
struct Handler: Sendable {
    /// Reads a payload; fails if it is malformed or illegal.
    typealias Decoder<Message> = @Sendable (Bytes) throws(MalformedMessage) -> Message
    /// Does what is asked for, and returns the answer, if there is one.
    typealias Performer<Message> = @Sendable (inout Store, Message, Request) -> Answer?

    private let serve: @Sendable (inout Store, Request) throws(MalformedMessage) -> Answer?

    private init<Message>(
        decode: @escaping Decoder<Message>,
        need: @escaping @Sendable (Message) -> Need,
        perform: @escaping Performer<Message>
    ) {
        self.serve = { store, request throws(MalformedMessage) in
            let message = try decode(request.payload)
            return request.refusal(need(message)) ?? perform(&store, message, request)
        }
    }

    /// The answer to a request, or nil if there is none.
    func answer(_ store: inout Store, _ request: Request) throws(MalformedMessage) -> Answer? {
        try self.serve(&store, request)
    }
}

extension Handler {
    /// Any node can do it by itself.
    static func anywhere<Message>(
        _ decode: @escaping Decoder<Message>, _ perform: @escaping Performer<Message>
    ) -> Handler {
        Handler(decode: decode, need: { _ in .nothing }, perform: perform)
    }

    /// Reads events.
    static func events<Message: MasterRequiring>(
        _ decode: @escaping Decoder<Message>, _ perform: @escaping Performer<Message>
    ) -> Handler {
        Handler(decode: decode, need: { .events(master: $0.requireMaster) }, perform: perform)
    }

    /// Changes something.
    static func change<Message: MasterRequiring>(
        _ decode: @escaping Decoder<Message>, _ perform: @escaping Performer<Message>
    ) -> Handler {
        Handler(decode: decode, need: { .change(master: $0.requireMaster) }, perform: perform)
    }

    /// Concerns what only the master has.
    static func master<Message>(
        _ decode: @escaping Decoder<Message>, _ perform: @escaping Performer<Message>
    ) -> Handler {
        Handler(decode: decode, need: { _ in .master }, perform: perform)
    }
}

/// A request that may insist on the master itself.
protocol MasterRequiring: SendableMetatype {
    var requireMaster: Bool { get }
}

/// A request and its circumstances.
struct Request {
    let command: Command
    let payload: Bytes
    /// Who asks, and under which correlation id.
    let subscriber: Subscriber
    let identity: Identity
    let session: Session
    let role: Role
    /// Milliseconds since 1970.
    let now: Int64

    /// The answer if the node does not serve the request in its role; nil if it does.
    fileprivate func refusal(_ need: Need) -> Answer? {
        switch self.role.admission(of: need) {
        case .served: nil
        case .notReady: .message(NotHandled(reason: .notReady), .notHandled)
        case .notMaster(let master): .message(NotHandled(reason: .notMaster, master: master), .notHandled)
        // A real node has forwarded the request and received no answer. Ours does not wait.
        case .forwardTimeout: .failedWrite(self.command, self.payload, .forwardTimeout, "Forwarding timeout")
        }
    }
}
