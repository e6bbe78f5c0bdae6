internal import PhotonPumpWire

/// What all connections to the nodes of a cluster (or to a single server) have in common: events and users. It turns
/// packages into answers, as a node in a given role, and knows nothing of sockets and clocks.
struct Node {
    /// What a server appends if it has no entry for a command or a version.
    private static let outOfBounds = "Index was outside the bounds of the array."

    var log: EventLog
    let users: UserDirectory
    var offersFilteredReads = true
    var volatile = VolatileSubscriptions()
    var groups = PersistentGroups()
    /// The number of log entries that subscribers have been sent.
    var published = 0
    /// What subscribers are to be sent, in order; take it with ``takeDeliveries()``.
    var deliveries: [Delivery] = []

    init(log: EventLog, users: UserDirectory, offersFilteredReads: Bool = true) {
        self.log = log
        self.users = users
        self.offersFilteredReads = offersFilteredReads
        self.published = log.entries.count
    }

    /// Replaces all events. There must be no subscriptions.
    mutating func replaceLog(_ log: EventLog) {
        self.log = log
        self.published = log.entries.count
    }

    mutating func takeDeliveries() -> [Delivery] {
        defer { self.deliveries = [] }
        return self.deliveries
    }

    /// The answer to a package, or nil if there is none.
    ///
    /// - Parameters:
    ///   - client: the connection that the package arrived on.
    ///   - role: the role of the node that was asked in its cluster.
    ///   - now: milliseconds since 1970; the time of events that this writes.
    mutating func answer(
        _ package: Package, _ session: inout Session, from client: ClientID, as role: Role, now: Int64
    ) -> Answer? {
        guard package.flags & Package.trustedWriteFlag == 0 else { return .trustedWriteRefused }
        switch package.command {
        case .heartbeatRequest: return .empty(.heartbeatResponse)
        case .heartbeatResponse, .badRequest: return nil
        case .identifyClient: return Self.identify(package, &session)
        case .authenticate: return self.authenticate(package, &session, role)
        default: return self.perform(package, session, client, role, now: now)
        }
    }

    /// An identification that cannot be read has no answer.
    private static func identify(_ package: Package, _ session: inout Session) -> Answer? {
        guard let client = try? IdentifyClient(decoding: package.payload) else { return nil }
        session.schema = Session.Schema(version: client.version)
        session.connectionName = client.connectionName
        return .empty(.clientIdentified)
    }

    private mutating func perform(
        _ package: Package, _ session: Session, _ client: ClientID, _ role: Role, now: Int64
    ) -> Answer? {
        defer { self.publish(now: now) }
        var identity = session.identity
        if let login = package.login ?? session.pendingLogin {
            switch self.check(login, role) {
            case .accepted(let user): identity = user
            case .refused: return .requestRefused
            case .notReady: return .message(NotHandled(reason: .notReady), .notHandled)
            case .ignored: return nil
            }
        }
        guard session.schema != .unknown, package.command.rawValue != 0xFF else {
            return .notUnderstood(package.command, detail: Self.outOfBounds)
        }
        let request = Request(
            payload: package.payload,
            subscriber: Subscriber(client: client, correlation: package.correlation),
            identity: identity,
            session: session,
            role: role,
            now: now
        )
        do {
            return try self.perform(package.command, request)
        } catch {
            return .notUnderstood(package.command, note: error.description)
        }
    }

    private mutating func perform(_ command: Command, _ request: Request) throws(MalformedMessage) -> Answer? {
        switch command {
        case .ping:
            return Answer(command: .pong, content: .payload(request.payload))
        case .writeEvents, .deleteStream, .transactionStart, .transactionWrite, .transactionCommit:
            return try self.change(command, request)
        case .readEvent, .readStreamEventsForward, .readStreamEventsBackward, .readAllEventsForward,
            .readAllEventsBackward, .filteredReadAllEventsForward, .filteredReadAllEventsBackward:
            return try self.read(command, request)
        case .scavengeDatabase:
            return .message(Self.scavenge(request), .scavengeDatabaseCompleted)
        case .writeEventsCompleted:
            // Answers to forwarded writes come from other nodes. No one here waits for one.
            _ = try WriteEventsCompleted(decoding: request.payload)
            return nil
        default:
            return try self.serveSubscriptions(command, request)
        }
    }

    private func read(_ command: Command, _ request: Request) throws(MalformedMessage) -> Answer? {
        switch command {
        case .readEvent:
            let read = try ReadEvent(legal: request)
            return Self.refusal(command, .events(master: read.requireMaster), request)
                ?? .message(self.readEvent(read, request), .readEventCompleted)
        case .readStreamEventsForward, .readStreamEventsBackward:
            let read = try ReadStreamEvents(legal: request)
            let isForward = command == .readStreamEventsForward
            return Self.refusal(command, .events(master: read.requireMaster), request)
                ?? .message(
                    self.readStream(read, isForward ? .forward : .backward, request),
                    isForward ? .readStreamEventsForwardCompleted : .readStreamEventsBackwardCompleted
                )
        case .readAllEventsForward, .readAllEventsBackward:
            let read = try ReadAllEvents(decoding: request.payload)
            let isForward = command == .readAllEventsForward
            return Self.refusal(command, .events(master: read.requireMaster), request)
                ?? .message(
                    self.readAll(read, isForward ? .forward : .backward, request),
                    isForward ? .readAllEventsForwardCompleted : .readAllEventsBackwardCompleted
                )
        default:
            guard self.offersFilteredReads else { return .unknown(command) }
            let read = try LegalFilteredRead(request)
            let isForward = command == .filteredReadAllEventsForward
            return Self.refusal(command, .events(master: read.read.requireMaster), request)
                ?? .message(
                    self.readAll(read, isForward ? .forward : .backward, request),
                    isForward ? .filteredReadAllEventsForwardCompleted : .filteredReadAllEventsBackwardCompleted
                )
        }
    }

    private mutating func change(_ command: Command, _ request: Request) throws(MalformedMessage) -> Answer? {
        switch command {
        case .writeEvents:
            let write = try LegalWrite(request)
            return Self.refusal(command, .change(master: write.requiresMaster), request)
                ?? self.write(write, request).answer(.writeEventsCompleted)
        case .deleteStream:
            let delete = try LegalDelete(request)
            return Self.refusal(command, .change(master: delete.requiresMaster), request)
                ?? .message(self.delete(delete, request), .deleteStreamCompleted)
        case .transactionStart:
            let start = try LegalTransactionStart(request)
            return Self.refusal(command, .change(master: start.requiresMaster), request)
                ?? .message(self.start(start, request), .transactionStartCompleted)
        case .transactionWrite:
            let write = try TransactionWrite(legal: request)
            return Self.refusal(command, .change(master: write.requireMaster), request)
                ?? .message(self.write(write, request), .transactionWriteCompleted)
        default:
            let commit = try TransactionCommit(legal: request)
            return Self.refusal(command, .change(master: commit.requireMaster), request)
                ?? self.commit(commit, request).answer(.transactionCommitCompleted)
        }
    }
}

/// A request and its circumstances.
struct Request {
    let payload: Bytes
    /// Who asks, and under which correlation id.
    let subscriber: Subscriber
    let identity: Identity
    let session: Session
    let role: Role
    /// Milliseconds since 1970.
    let now: Int64
}
