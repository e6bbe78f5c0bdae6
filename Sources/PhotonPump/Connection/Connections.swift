internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The connections that a client has at the same time, and the user they are made for.
struct Connections {
    /// The user to connect as, and what is known of how servers take it.
    private struct User {
        var login: Login?
        /// The user of the last successful connection.
        var accepted: Login?
        /// Since when a server has refused that user; nil while none does.
        var refusedSince: Environment.Instant?
    }

    private let context: ClientContext
    private let report: @Sendable (GUID, Connection.Event) -> Void
    private var user: User
    /// The one that serves, or is being made to.
    private(set) var present: Connection?
    /// One in the making to a node that is to be the next one; the present one is kept until it is ready.
    private(set) var successor: Connection?
    /// The one that was left for the present one, until its last answer has come.
    private(set) var left: Connection?

    /// - Parameter report: called on the client's queue when something happens to the connection with this id.
    init(
        _ context: ClientContext, as login: Login?, report: @escaping @Sendable (GUID, Connection.Event) -> Void
    ) {
        self.context = context
        self.user = User(login: login)
        self.report = report
    }

    /// The one with this id, whichever it is; nil once it is over.
    subscript(id: GUID) -> Connection? {
        if let present, present.id == id { return present }
        if let successor, successor.id == id { return successor }
        if let left, left.id == id { return left }
        return nil
    }

    /// The one that requests are sent on.
    var serving: Connection? { self.present.flatMap { $0.isServing ? $0 : nil } }

    // MARK: The user

    var login: Login? { self.user.login }

    /// From now on, connections are made as this user.
    mutating func changeUser(to login: Login?) {
        self.user.login = login
    }

    /// The server has accepted this user for the present connection.
    mutating func confirmed(_ login: Login?) {
        (self.user.login, self.user.accepted) = (login, login)
    }

    /// A server has answered to what the connection says of its user.
    mutating func noteAcceptance(of connection: Connection) {
        self.user.refusedSince = connection.refusedSince
    }

    // MARK: Making connections

    /// A connection to the node that is to serve from now on.
    mutating func make(to node: NodeFinder.Node) -> Connection {
        let connection = self.connection(to: node)
        self.present = connection
        return connection
    }

    /// A connection to the node that is to serve once it is ready; in place of another such.
    mutating func makeSuccessor(to node: NodeFinder.Node) -> Connection {
        self.dropSuccessor()
        let connection = self.connection(to: node)
        self.successor = connection
        return connection
    }

    private func connection(to node: NodeFinder.Node) -> Connection {
        let (id, report) = (self.context.environment.newID(), self.report)
        let login = self.user.login
        let isKnown = login != nil && login == self.user.accepted
        let patience = self.context.configuration.connectTimeout
        let acquaintance = Handshake.Acquaintance(refusedSince: self.user.refusedSince, patience: patience)
        return Connection(id, to: node, as: login, isKnown ? acquaintance : nil, self.context) { report(id, $0) }
    }

    /// The present connection is accepted: from now on it serves.
    mutating func serve() {
        self.user.accepted = self.present?.login
        self.context.noteConnection()
        self.present?.serve()
    }

    /// The successor takes the place of the present connection, which stays for these answers.
    mutating func goOver(unanswered: Set<GUID>) {
        self.dropLeft()
        self.present?.leave(unanswered: unanswered)
        (self.left, self.present, self.successor) = (self.present, self.successor, nil)
        self.serve()
    }

    // MARK: Ending connections

    mutating func dropSuccessor() {
        self.successor?.close()
        self.successor = nil
    }

    /// The connection that was left is not needed any longer, or no more answers will come on it.
    mutating func dropLeft() {
        if let left { left.unanswered.isEmpty ? left.close() : left.breakOff() }
        self.left = nil
    }

    /// - Parameter isLost: whether nothing that the server has not taken yet is to reach it any more.
    mutating func dropAll(isLost: Bool) {
        for connection in [self.present, self.successor, self.left] {
            if isLost { connection?.breakOff() } else { connection?.close() }
        }
        (self.present, self.successor, self.left) = (nil, nil, nil)
    }
}
