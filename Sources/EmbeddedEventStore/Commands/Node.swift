internal import PhotonPumpWire

/// What all connections of a server have in common: its events and its users. It turns packages into answers and
/// knows nothing of sockets and clocks.
struct Node {
    /// What a server appends when it has no entry for a command or a version.
    private static let outOfBounds = "Index was outside the bounds of the array."

    var log: EventLog
    let users: UserDirectory
    /// The bytes of events at which a page ends early.
    let pageLimit: Int
    var offersFilteredReads = true

    /// The answer to a package, or nil where there is none.
    ///
    /// - Parameter now: milliseconds since 1970, the time of events written by it.
    mutating func answer(_ package: Package, _ session: inout Session, now: Int64) -> Answer? {
        guard package.flags & Package.trustedWriteFlag == 0 else { return .trustedWriteRefused }
        switch package.command {
        case .heartbeatRequest: return .empty(.heartbeatResponse)
        case .heartbeatResponse, .badRequest: return nil
        case .identifyClient: return Self.identify(package, &session)
        case .authenticate: return self.authenticate(package, &session)
        default: return self.perform(package, session, now: now)
        }
    }

    /// An identification that cannot be read is not answered.
    private static func identify(_ package: Package, _ session: inout Session) -> Answer? {
        guard let client = try? IdentifyClient(decoding: package.payload) else { return nil }
        session.schema = Session.Schema(version: client.version)
        session.connectionName = client.connectionName
        return .empty(.clientIdentified)
    }

    private func authenticate(_ package: Package, _ session: inout Session) -> Answer {
        guard let login = package.login else { return .loginMissing }
        session.identity = self.users.identity(of: login)
        return session.identity == .refused ? .loginRefused : .empty(.authenticated)
    }

    private mutating func perform(_ package: Package, _ session: Session, now: Int64) -> Answer? {
        let identity = package.login.map { self.users.identity(of: $0) } ?? session.identity
        guard identity != .refused else { return .requestRefused }
        guard session.schema != .unknown, package.command.rawValue != 0xFF else {
            return .notUnderstood(package.command, detail: Self.outOfBounds)
        }
        let request = Request(payload: package.payload, identity: identity, session: session, now: now)
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
        case .writeEvents:
            return .message(self.write(try LegalWrite(request), request), .writeEventsCompleted)
        case .transactionStart:
            return .message(self.start(try LegalTransactionStart(request), request), .transactionStartCompleted)
        case .transactionWrite:
            return .message(self.write(try TransactionWrite(legal: request), request), .transactionWriteCompleted)
        case .transactionCommit:
            return .message(self.commit(try TransactionCommit(legal: request), request), .transactionCommitCompleted)
        case .deleteStream:
            return .message(self.delete(try LegalDelete(request), request), .deleteStreamCompleted)
        case .readEvent:
            return .message(self.readEvent(try ReadEvent(legal: request), request), .readEventCompleted)
        case .readStreamEventsForward:
            let page = self.readStream(try ReadStreamEvents(legal: request), .forward, request)
            return .message(page, .readStreamEventsForwardCompleted)
        case .readStreamEventsBackward:
            let page = self.readStream(try ReadStreamEvents(legal: request), .backward, request)
            return .message(page, .readStreamEventsBackwardCompleted)
        case .readAllEventsForward:
            let page = self.readAll(try ReadAllEvents(decoding: request.payload), .forward, request)
            return .message(page, .readAllEventsForwardCompleted)
        case .readAllEventsBackward:
            let page = self.readAll(try ReadAllEvents(decoding: request.payload), .backward, request)
            return .message(page, .readAllEventsBackwardCompleted)
        case .filteredReadAllEventsForward where self.offersFilteredReads:
            let page = self.readAll(try LegalFilteredRead(request), .forward, request)
            return .message(page, .filteredReadAllEventsForwardCompleted)
        case .filteredReadAllEventsBackward where self.offersFilteredReads:
            let page = self.readAll(try LegalFilteredRead(request), .backward, request)
            return .message(page, .filteredReadAllEventsBackwardCompleted)
        case .scavengeDatabase:
            return .message(Self.scavenge(request), .scavengeDatabaseCompleted)
        case .writeEventsCompleted:
            // Answers to forwarded writes come from other nodes. Nobody here waits for one.
            _ = try WriteEventsCompleted(decoding: request.payload)
            return nil
        default:
            return .notUnderstood(command, note: "it is no request this server knows")
        }
    }
}

/// A request and its circumstances.
struct Request {
    let payload: Bytes
    let identity: Identity
    let session: Session
    /// Milliseconds since 1970.
    let now: Int64
}
