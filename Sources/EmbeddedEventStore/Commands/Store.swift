internal import PhotonPumpWire

/// What all connections to the nodes of a cluster (or to a single server) have in common: events and users. It turns
/// packages into answers, as a node in a given role, and knows nothing of sockets and clocks.
struct Store {
    /// What a server appends if it has no entry for a command or a version.
    private static let outOfBounds = "Index was outside the bounds of the array."

    var log: EventLog
    var volatile = VolatileSubscriptions()
    var groups = PersistentGroups()
    var users: UserDirectory
    private let offersFilteredReads: Bool
    /// The number of log entries that subscribers have been sent.
    private(set) var published: Int
    /// What subscribers are to be sent, in order.
    private var deliveries: [Delivery] = []
    /// What nodes that are not the master remember of their time as the master.
    private var memories: [Int: RecentEventIDs] = [:]

    init(log: EventLog, users: UserDirectory, offersFilteredReads: Bool = true) {
        self.log = log
        self.users = users
        self.offersFilteredReads = offersFilteredReads
        self.published = log.entries.count
    }

    /// Replaces all events and users. There must be no subscriptions.
    mutating func replaceData(_ log: EventLog, users: UserDirectory) {
        self.log = log
        self.users = users
        self.published = log.entries.count
    }

    /// Nil if there is no such user, or the password is wrong.
    func identity(of login: Login) -> Identity? { self.users.identity(of: login) }

    // MARK: - Subscribers

    /// Subscribers are to be sent this, after what was collected before.
    mutating func collect(_ deliveries: [Delivery]) {
        self.deliveries += deliveries
    }

    mutating func collect(_ delivery: Delivery) {
        self.deliveries.append(delivery)
    }

    var hasDeliveries: Bool { !self.deliveries.isEmpty }

    mutating func takeDeliveries() -> [Delivery] {
        defer { self.deliveries = [] }
        return self.deliveries
    }

    /// Passes on what has been written since the last call, including what is written because of that.
    mutating func publish(now: Int64) {
        while self.published < self.log.entries.count {
            if self.volatile.isEmpty, self.groups.isEmpty {
                self.published = self.log.entries.count
                return
            }
            let entry = self.log.entries[self.published]
            self.published += 1
            let event = CommittedEvent(
                record: entry.record,
                resolved: self.resolve(entry.record, now: now),
                position: entry.position
            )
            self.volatile.committed(event, collect: &self.deliveries)
            if !self.groups.isEmpty { self.committed(event, now: now) }
        }
    }

    // MARK: - Masters

    /// There is a different master, or none any more. Each node remembers the ids of the events that it has written
    /// itself as the master, as long as it runs.
    mutating func masterChanged(from old: Int?, to new: Int?, now: Int64) {
        if let old { self.memories[old] = self.log.recentIDs }
        self.log.recentIDs = new.flatMap { self.memories.removeValue(forKey: $0) } ?? RecentEventIDs()
        self.stopGroups()
        self.log.projections.dropTransient()
        if new != nil { self.startGroups(now: now) }
    }

    /// A node was stopped.
    mutating func forgetMemory(of node: Int) {
        self.memories[node] = nil
    }

    // MARK: - Requests

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
        session.connectionName = client.connectionName.map { String($0.unicodeScalars.prefix(Session.longestName)) }
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
        guard let handler = Handler.of(package.command),
            self.offersFilteredReads || !Answer.filtered.contains(package.command)
        else { return .unknown(package.command) }
        let request = Request(
            command: package.command,
            payload: package.payload,
            subscriber: Subscriber(client: client, correlation: package.correlation),
            identity: identity,
            session: session,
            role: role,
            now: now
        )
        do {
            return try handler.answer(&self, request)
        } catch {
            return .notUnderstood(package.command, note: error.description)
        }
    }
}

extension Store {
    /// Does nothing, because there is no file to shrink. Operators and administrators may ask for it.
    func scavenge(_ request: Request) -> ScavengeDatabaseCompleted {
        request.identity.hasAny(of: [Identity.operators])
            ? ScavengeDatabaseCompleted(result: .success, totalMilliseconds: 0, spaceSaved: 0)
            : ScavengeDatabaseCompleted(
                result: .failed, text: "Access denied.", totalMilliseconds: 0, spaceSaved: 0)
    }
}
