import PhotonPumpWire

@testable import EmbeddedEventStore

extension Login {
    static var admin: Login { get throws { try Login(name: "admin", password: "changeit") } }
}

/// A node to be asked.
final class TestNode {
    private(set) var store: Store

    init(
        runsProjections: Bool = false,
        offersFilteredReads: Bool = true,
        prepare: (inout EventLog) -> Void = { _ in }
    ) {
        var log = EventLog(seed: 0, runsProjections: runsProjections)
        prepare(&log)
        self.store = Store(
            log: log,
            users: UserDirectory([.admin, .ops], now: 0),
            offersFilteredReads: offersFilteredReads
        )
    }

    var log: EventLog { self.store.log }

    func answer(
        _ package: Package, _ session: inout Session, as role: Role = .master,
        from client: ClientID = ClientID(node: 0, connection: 0), now: Int64 = 0
    ) -> Answer? {
        self.store.answer(package, &session, from: client, as: role, now: now)
    }

    /// Lets something happen to the node beside requests.
    func act<R>(_ change: (inout Store) -> R) -> R { change(&self.store) }

    /// The answer to a request from a client that speaks the newest schema.
    func ask(
        _ message: some WireMessage,
        _ command: Command,
        login: Login? = nil,
        schema: Session.Schema = .wide,
        as role: Role = .master
    ) -> Answer? {
        var session = Session()
        session.schema = schema
        let package = Package(command, GUID(1, 2), login: login, payload: message.encoded())
        return self.answer(package, &session, as: role)
    }

    func readStream(
        _ stream: String,
        _ direction: ReadDirection = .forward,
        from: Int64 = 0,
        count: Int32 = 100,
        resolveLinks: Bool = false,
        login: Login? = nil,
        schema: Session.Schema = .wide
    ) -> ReadStreamEventsCompleted? {
        let read = ReadStreamEvents(
            stream: stream,
            from: from,
            maxCount: count,
            resolveLinks: resolveLinks,
            requireMaster: true
        )
        let command = direction == .forward ? Command.readStreamEventsForward : .readStreamEventsBackward
        return self.ask(read, command, login: login, schema: schema)?.message()
    }

    func readAll(
        _ direction: ReadDirection = .forward,
        from position: (commit: Int64, prepare: Int64) = (0, 0),
        count: Int32 = 100,
        resolveLinks: Bool = false,
        login: Login? = try? .admin
    ) -> ReadAllEventsCompleted? {
        let read = ReadAllEvents(
            commitPosition: position.commit,
            preparePosition: position.prepare,
            maxCount: count,
            resolveLinks: resolveLinks,
            requireMaster: true
        )
        let command = direction == .forward ? Command.readAllEventsForward : .readAllEventsBackward
        return self.ask(read, command, login: login)?.message()
    }

    func readAll(
        _ filter: Filter,
        _ direction: ReadDirection = .forward,
        from position: (commit: Int64, prepare: Int64) = (0, 0),
        count: Int32 = 100,
        window: Int32? = nil,
        resolveLinks: Bool = false,
        login: Login? = try? .admin
    ) -> FilteredReadAllEventsCompleted? {
        let read = FilteredReadAllEvents(
            commitPosition: position.commit,
            preparePosition: position.prepare,
            maxCount: count,
            maxSearchWindow: window,
            resolveLinks: resolveLinks,
            requireMaster: true,
            filter: filter
        )
        let command = direction == .forward ? Command.filteredReadAllEventsForward : .filteredReadAllEventsBackward
        return self.ask(read, command, login: login)?.message()
    }

    func readEvent(
        _ stream: String,
        _ number: Int64,
        resolveLinks: Bool = false,
        login: Login? = nil
    ) -> ReadEventCompleted? {
        let read = ReadEvent(stream: stream, eventNumber: number, resolveLinks: resolveLinks, requireMaster: true)
        return self.ask(read, .readEvent, login: login)?.message()
    }
}

extension Answer {
    /// The answer as the message expected.
    func message<M>(as type: M.Type = M.self) -> M? {
        guard case .message(let message) = self.content else { return nil }
        return message as? M
    }

    var text: String? {
        guard case .payload(let bytes) = self.content else { return nil }
        return bytes.text
    }
}
