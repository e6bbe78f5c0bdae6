internal import PhotonPumpTransport
internal import PhotonPumpWire

/// One connection to a node, from looking up the node's name until it is closed: the socket, the handshake, the watch for
/// silence, and the timer of these. Used on the client's queue only.
///
/// A client can have several: one that serves, one in the making that is to replace it, and one that was left but for
/// some answers. What happens to them is reported with their ids.
final class Connection {
    /// What has happened, for the client to deal with in a turn of its own.
    enum Event: Sendable {
        case located(Result<[SocketAddress], SocketError>)
        case dialled
        case ready(TransportEvent)
        case timeIsUp
    }

    /// Whether the server has accepted this client yet.
    enum Introduction { case unfinished, accepted }

    private enum Stage {
        /// Exits: `dialling`, `closed`.
        case locating
        /// TLS is not negotiated yet. Exits: `introducing`, `closed`.
        case dialling
        /// Exits: `serving`, `closed`.
        case introducing
        /// Exits: `leaving`, `closed`.
        case serving
        /// It takes no more requests, but the answers to those that were sent on it are still awaited, so that nobody has
        /// to wonder what became of them. Exits: `closed`.
        case leaving
        case closed
    }

    /// A frame of more than this many times the largest that is taken ends the connection, as passing over it would take
    /// too long.
    private static let mostSkipped = 4
    /// Above this many unsent bytes no further request is taken from the queue until the server has caught up.
    static let unsentMark = 1 << 20

    let id: GUID
    let node: NodeFinder.Node
    let login: Login?
    private let context: ClientContext
    private let acquaintance: Handshake.Acquaintance?
    private let report: @Sendable (Event) -> Void
    private let timer: QueueTimer
    private let frames: FrameLog?
    /// When it is given up if it is not ready.
    private let ends: Environment.Instant
    private var stage = Stage.locating
    /// When that stage began.
    private(set) var since: Environment.Instant
    private var dialling: (any Dialling)?
    /// From `introducing` on, until it is closed.
    private var channel: PackageChannel?
    /// While `introducing`.
    private var handshake: Handshake?
    /// While `serving`.
    private var heartbeat: Heartbeat?
    /// The requests whose answers are awaited although the connection was left.
    private(set) var unanswered: Set<GUID> = []
    /// The heartbeat that awaits its answer.
    private var ping: (id: GUID, sent: Environment.Instant)?
    /// The round trip of the last heartbeat; nil before the first.
    private(set) var roundTrip: Duration?

    /// - Parameters:
    ///   - acquaintance: nil if no server has accepted this user before.
    ///   - report: called on the client's queue.
    init(
        _ id: GUID, to node: NodeFinder.Node, as login: Login?, _ acquaintance: Handshake.Acquaintance?,
        _ context: ClientContext, report: @escaping @Sendable (Event) -> Void
    ) {
        self.id = id
        self.node = node
        self.login = login
        self.acquaintance = acquaintance
        self.context = context
        self.report = report
        self.frames = FrameLog(context.logger, to: node.endpoint)
        self.since = context.environment.now
        self.ends = self.since + context.configuration.connectTimeout
        self.timer = context.timer { report(.timeIsUp) }
    }

    // MARK: Opening

    func begin() {
        self.timer.schedule(after: self.ends - self.now)
        let (endpoint, report) = (self.node.endpoint, self.report)
        self.context.environment.addresses(of: endpoint.host, endpoint.port, on: self.context.executor) {
            report(.located($0))
        }
    }

    /// Dials the first address.
    func located(_ result: Result<[SocketAddress], SocketError>) throws(ConnectionFailure) {
        guard self.stage == .locating else { return }
        switch result {
        case .failure(let error):
            throw ConnectionFailure("cannot find '\(self.node.endpoint.host)'", error)
        case .success(let addresses):
            let options = self.context.configuration.socket.options
            let dialling = self.context.environment.connection(
                to: addresses, with: options, on: self.context.executor
            ) { [report] in report(.dialled) }
            self.stage = .dialling
            self.dialling = dialling
            dialling.start()
        }
    }

    /// Takes the socket, and begins to introduce this client.
    func dialled() throws(ConnectionFailure) {
        guard self.stage == .dialling, let dialling else { return }
        let channel: PackageChannel
        do throws(TransportError) {
            let limit = self.context.configuration.maximumFrameSize
            channel = PackageChannel(
                try self.context.transport(of: dialling, to: self.node.endpoint), frameLimit: limit,
                skipLimit: Self.mostSkipped * limit)
        } catch {
            throw ConnectionFailure("cannot connect", error, isPermanent: error.isPermanent)
        }
        channel.activate { [report] in report(.ready($0)) }
        self.enter(.introducing)
        (self.dialling, self.channel) = (nil, channel)
        self.handshake = Handshake(
            login: self.login, connectionName: self.context.configuration.connectionName,
            acquaintance: self.acquaintance, now: self.now)
        self.ask()
    }

    // MARK: Introducing the client

    /// Whether the server has accepted the connection, but not this client yet.
    var isIntroducing: Bool { self.stage == .introducing }

    /// Why the server has not accepted this client yet, if it says so.
    var refusal: PhotonPumpError? {
        guard var refusal = self.handshake?.refusal else { return nil }
        refusal.endpoint = self.node.endpoint.description
        return refusal
    }

    /// Since when the server has refused a user whom it accepted before.
    var refusedSince: Environment.Instant? { self.handshake?.acquaintance?.refusedSince }

    /// Handles a package of the handshake.
    ///
    /// - Returns: how it stands now; nil for a package that does not belong to it.
    func introduce(with package: Package) throws(ConnectionFailure) -> Introduction? {
        switch self.handshake?.received(package, nextID: self.context.environment.newID(), now: self.now) {
        case nil: return nil
        case .finish: return .accepted
        case .fail(let error, let isPermanent): throw ConnectionFailure(error, isPermanent: isPermanent)
        case .send(let package): self.send(package)
        case .wait: break
        }
        self.ask()
        return .unfinished
    }

    /// Asks the server to accept this client, if it is time to.
    private func ask() {
        let now = self.now
        // What has not left this machine yet need not be said again.
        let isWaiting = self.unsentCount > 0
        if !isWaiting, let question = self.handshake?.look(self.context.environment.newID(), now: now) {
            self.send(question)
        }
        guard let handshake else { return }
        let next = isWaiting ? now + Handshake.pace : handshake.askAgain
        self.timer.schedule(after: min(next, self.ends) - now)
    }

    /// The timer has fired while the connection is being made.
    func lookWhetherOverdue() throws(ConnectionFailure) {
        guard self.now >= self.ends else { return self.ask() }
        throw ConnectionFailure(
            self.overdue, isStarting: self.isIntroducing, keepsWaiting: self.refusal != nil)
    }

    /// What has not been answered although the time for connecting is up.
    var overdue: PhotonPumpError {
        guard self.isIntroducing else { return self.context.overdue("the server did not accept the connection") }
        if self.channel?.isShakingHands ?? false {
            return self.context.overdue("connected, but the TLS handshake did not end")
        }
        return self.refusal
            ?? self.context.overdue("connected, but no EventStore server answered", ": is it the HTTP port?")
    }

    // MARK: Serving

    var isServing: Bool { self.stage == .serving }

    var peer: String { self.channel?.peer ?? self.node.endpoint.description }

    /// The server has accepted this client: from now on it is asked for something else.
    func serve() {
        guard self.isIntroducing else { return }
        self.enter(.serving)
        self.handshake = nil
        self.heartbeat = Heartbeat(self.context.configuration.heartbeat, now: self.now)
        _ = self.watchForSilence()
    }

    /// Looks whether the server is silent, and asks for a sign of life if it is time to.
    ///
    /// - Returns: for how long nothing has come, if that is too long, but for how many bytes.
    func watchForSilence() -> (time: Duration, bytes: Int)? {
        let now = self.now
        switch self.heartbeat?.look(now: now, pending: self.channel?.untakenCount ?? 0) {
        case nil: break
        case .dead(let silence, let bytes): return (silence, bytes)
        case .wait(let next): self.timer.schedule(after: next - now)
        case .ask(let next):
            let id = self.context.environment.newID()
            self.ping = (id, now)
            self.send(Package(.heartbeatRequest, id))
            self.timer.schedule(after: next - now)
        }
        return nil
    }

    private func heartbeatAnswered(_ id: GUID) {
        guard let ping, ping.id == id else { return }
        let roundTrip = self.now - ping.sent
        self.roundTrip = roundTrip
        self.context.metrics?.heartbeat(took: roundTrip)
        self.ping = nil
    }

    // MARK: Leaving

    /// Another connection takes the place of this one, which only waits for these answers.
    func leave(unanswered: Set<GUID>) {
        guard self.isServing else { return }
        self.enter(.leaving)
        self.heartbeat = nil
        self.unanswered = unanswered
        self.timer.schedule(after: self.context.configuration.connectTimeout)
    }

    /// An answer has come on the connection that was left.
    ///
    /// - Returns: whether it was awaited.
    func answered(_ id: GUID) -> Bool { self.unanswered.remove(id) != nil }

    /// Whether it was not closed yet.
    var isOpen: Bool { self.stage != .closed }

    /// What the server was sent still reaches it.
    func close() { self.end { $0.close() } }

    /// What the server has not taken yet is not delivered any more: a request that is made again on another connection
    /// would be carried out late, by a server that may have forgotten what it has done since.
    func breakOff() { self.end { $0.reset() } }

    private func end(_ end: (PackageChannel) -> Void) {
        self.dialling?.cancel()
        if let channel { end(channel) }
        self.stage = .closed
        (self.dialling, self.channel, self.handshake, self.heartbeat, self.unanswered) = (nil, nil, nil, nil, [])
    }

    // MARK: Traffic

    /// Bytes that wait for the server to take them.
    var unsentCount: Int { self.channel?.unsentCount ?? 0 }

    /// The frame that had begun to arrive.
    var unfinished: LargeFrame? { self.channel?.unfinished }

    func send(_ message: some WireMessage, _ command: Command, _ id: GUID, login: Login? = nil) {
        guard let channel else { return }
        let before = channel.unsentCount
        channel.send(message, command, id, login: login)
        self.frames?.sent(command, id, length: channel.unsentCount - before - Package.lengthBytes)
    }

    private func send(_ package: Package) {
        self.channel?.send(package)
        self.frames?.sent(package.command, package.correlation, length: package.length)
    }

    /// Sends what has collected.
    func flush() throws(ChannelError) {
        guard let channel else { return }
        let (unsent, packages) = (channel.unsentCount, channel.takeCollected())
        defer {
            if let metrics = self.context.metrics, unsent > 0 {
                metrics.sent(bytes: unsent - channel.unsentCount, packages: packages)
            }
        }
        try channel.flush()
    }

    /// Stops reading while the server does not take the answers it asks for, so that they cannot pile up. Requests
    /// alone never get this far: none is started above ``unsentMark``.
    func limitUnsent() {
        guard let channel else { return }
        let limit = Self.unsentMark + self.context.configuration.maximumFrameSize
        if channel.unsentCount > limit {
            channel.pauseReading()
        } else if channel.unsentCount < limit / 2 {
            channel.resumeReading()
        }
    }

    /// Hands on what has come, except for heartbeats.
    func receive(_ handle: (Frame) -> Void) throws(ChannelError) {
        guard let channel else { return }
        var packages = 0
        let count = try channel.receiveFrames { frame in
            packages += 1
            self.frames?.received(frame)
            if case .package(let package) = frame, self.answers(package) { return }
            handle(frame)
        }
        if count > 0 { self.context.metrics?.received(bytes: count, packages: packages) }
        if count > 0, self.heartbeat?.received(count, isComplete: packages > 0, now: self.now) ?? false {
            _ = self.watchForSilence()
        }
    }

    /// Whether a package is a matter of the connection alone.
    private func answers(_ package: Package) -> Bool {
        switch package.command {
        case .heartbeatRequest: self.send(Package(.heartbeatResponse, package.correlation))
        case .heartbeatResponse where self.isServing: self.heartbeatAnswered(package.correlation)
        default: return false
        }
        return true
    }

    private var now: Environment.Instant { self.context.environment.now }

    private func enter(_ stage: Stage) {
        self.stage = stage
        self.since = self.now
    }
}
