public import Logging
internal import NIOHTTP1
package import PhotonPumpTransport
internal import PhotonPumpWire

#if !EmbeddedServer
    #error("this needs the trait EmbeddedServer of the package photonpump, which is one of its defaults")
#endif

/// An EventStore in this process that speaks the TCP protocol over real sockets; for tests and demonstrations.
///
/// It writes and reads events, serves volatile, filtered and persistent subscriptions, and supports access lists, links
/// and transactions. Persistent subscriptions keep their settings and checkpoints in streams, as in EventStore: they
/// last as long as the events do.
///
/// Events are kept in memory, for as long as the server exists. It can be stopped and started again, on the same ports
/// and with its events; ``withEmbeddedServer(_:logger:_:)`` starts and stops one for the length of a scope.
///
/// ```swift
/// try await withEmbeddedServer { server in
///     let address = server.connectionString
///     …
/// }
/// ```
///
/// With the module `PhotonPumpTesting`, which comes with this library, it serves clients in this process without sockets.
public actor EmbeddedServer {
    let configuration: Configuration
    let core: ClusterCore
    /// Its number in the cluster, from 0.
    let number: Int
    let connections: Connections
    private let logger: Logger
    private let injector: FaultInjector
    private let ports: Ports
    private let address: KnownAddress
    private let lifecycle = Turns()
    private var readiness = Readiness() { didSet { self.readinessWatchers.valueChanged(to: self.readiness) } }
    private let readinessWatchers = Watchers<Readiness>()
    /// Ends the startup; nil if nothing does by itself.
    private var startupTimer: QueueTimer?
    /// Stops the server, as it was told over HTTP.
    private var shutdown: Task<Void, Never>?
    /// What it reports about its time since it was started.
    var run = ServerRun()

    /// The TCP port for plain connections: until the first start, the one in the configuration; after that, the one in
    /// use.
    public nonisolated var port: Int { self.address.value.tcpPort ?? self.configuration.port }
    /// The TCP port for TLS, as with ``port``; nil without TLS.
    public nonisolated var tlsPort: Int? { self.address.value.secureTCPPort }
    /// The HTTP port, as with ``port``; nil without HTTP.
    public nonisolated var httpPort: Int? { self.address.value.httpPort }
    /// The number of connected clients.
    public var connectionCount: Int { self.connections.count }

    /// Whether its ports are open.
    var isRunning: Bool { self.ports.areOpen }
    var http: HTTPSide? { self.ports.http }
    private nonisolated var executor: QueueExecutor { self.core.executor }

    /// The queue on which the server's sockets report readiness.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// Creates a server that does not run yet.
    ///
    /// - Parameters:
    ///   - configuration: how it listens, which users it knows, and when it disconnects clients.
    ///   - logger: receives ``Configuration/risks`` at `warning`, refused clients, bad requests and failed TLS
    ///     handshakes at `info`, connections and disconnections at `debug`, and each request at `trace`.
    public init(_ configuration: Configuration = .init(), logger: Logger = Logger(label: "embedded-eventstore")) {
        self.init(configuration, logger: logger, environment: .system)
    }

    /// The same, in an environment other than that of the machine.
    package init(_ configuration: Configuration, logger: Logger, environment: Environment) {
        let core = ClusterCore([NodeAddress(configuration)], configuration, environment)
        self.init(configuration, core, number: 0, logger: logger)
    }

    /// Creates a node of a cluster.
    init(_ configuration: Configuration, _ core: ClusterCore, number: Int, logger: Logger) {
        self.configuration = configuration
        self.core = core
        self.number = number
        self.logger = logger
        self.injector = FaultInjector()
        self.address = KnownAddress(NodeAddress(configuration))
        self.ports = Ports(configuration, self.address, core.environment, executor: core.executor, logger: logger)
        self.connections = Connections(to: number, of: core, configuration, faults: self.injector, logger: logger)
    }

    /// Starts listening, and returns when clients can connect. If the server is running, nothing happens.
    ///
    /// - Parameter startup: how long it takes until it is ready; not at all by default.
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/invalidConfiguration`` or
    ///   ``EmbeddedServerError/Code/cannotListen``; nothing is left running.
    public func start(startup: Startup = .immediate) async throws {
        try await self.start(alone: false, startup)
    }

    /// - Parameter alone: whether it finds no other node of its cluster.
    func start(alone: Bool, _ startup: Startup) async throws {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        guard !self.isRunning else { return }
        try self.configuration.validate()
        try startup.validate()
        try await self.open(startup, alone: alone)
    }

    /// Closes all connections and stops listening, as a server does that is shut down: subscribers are told. Returns
    /// when the ports are free. The events are kept. If the server is not running, nothing happens.
    public func stop() async {
        await self.stop(electing: .immediate)
    }

    /// Ends the server as a process that is killed: its connections end with whatever is under way, its ports refuse new
    /// ones, and nobody is told anything. Returns when the ports are free. The events are kept. If the server is not
    /// running, nothing happens.
    public func kill() async {
        await self.stop(electing: .immediate, abruptly: true)
    }

    /// - Parameters:
    ///   - election: how its cluster elects another master, if this is the master.
    ///   - abruptly: whether subscribers are not notified.
    func stop(electing election: Election, abruptly: Bool = false) async {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        await self.close(electing: election, abruptly: abruptly)
    }

    private func stopSoon() {
        self.shutdown = self.core.environment.task { [weak self] in await self?.stop() }
    }

    /// Stops and starts the server, on the same ports, as one step. If the server is not running, it is started. Faults
    /// stay in effect.
    ///
    /// - Parameters:
    ///   - keepingData: whether the events are kept. A node of a cluster gets them from the others in any case.
    ///   - startup: how long it takes until the server is ready; not at all by default.
    /// - Throws: as ``start(startup:)``.
    public func restart(keepingData: Bool, startup: Startup = .immediate) async throws {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        try self.configuration.validate()
        try startup.validate()
        await self.close(electing: .immediate)
        if !keepingData { await self.core.loseData(of: self.configuration) }
        try await self.open(startup, alone: false)
    }

    /// Returns as soon as exactly `count` clients are connected; at once if they already are.
    ///
    /// - Throws: `CancellationError` if the task is cancelled first.
    public func waitForConnectionCount(_ count: Int) async throws {
        try await self.connections.waitForCount(count)
    }

    // MARK: - Ports

    /// Reserves this server's ports, whether it runs or not, until ``releasePorts()``.
    func reservePorts() throws(EmbeddedServerError) {
        try self.ports.reserve()
        let address = self.ports.address
        self.core.assumeIsolated { $0.place(self.number, at: address) }
    }

    func releasePorts() {
        self.ports.release()
    }

    /// - Throws: as ``Ports/open()``.
    private func open(_ startup: Startup, alone: Bool) async throws(EmbeddedServerError) {
        try await self.ports.open()
        self.run = ServerRun(started: self.core.environment.milliseconds)
        self.enterCluster(startup, alone: alone)
        for risk in self.configuration.risks { self.logger.warning("\(risk)") }
        if self.injector.strikes(.refuseConnections) {
            await self.ports.refuse()
        } else {
            self.ports.accept(self.acceptor)
        }
    }

    /// Announces where this node is, and becomes ready or begins to start.
    private func enterCluster(_ startup: Startup, alone: Bool) {
        let outlet = Outlet(
            deliver: { [weak self] deliveries in self?.assumeIsolated { $0.connections.deliver(deliveries) } },
            flush: { [weak self] in self?.assumeIsolated { $0.connections.flushDeliveries() } ?? false }
        )
        let address = self.ports.address
        self.core.assumeIsolated { $0.place(self.number, at: address, outlet) }
        self.begin(startup, alone: alone)
        self.http?.assumeIsolated {
            let stop: @Sendable () -> Void = { [weak self] in self?.assumeIsolated { $0.stopSoon() } }
            $0.activate(self.configuration, logger: self.logger, stopServer: stop) { [weak self] request in
                guard let self else { return HTTPAnswer(.serviceUnavailable) }
                return self.assumeIsolated { $0.answerUnlessSuspended(request) }
            }
        }
    }

    /// Stops accepting connections and ends all of them, both before anything else can happen; returns when the ports
    /// are free.
    ///
    /// - Parameter abruptly: whether subscribers are not notified.
    private func close(electing election: Election, abruptly: Bool = false) async {
        guard self.isRunning else { return }
        await self.ports.close {
            if abruptly {
                self.connections.stop()
            } else {
                self.core.assumeIsolated { $0.dropSubscriptions(on: self.number) }
            }
            self.startupTimer = nil
            self.core.assumeIsolated { $0.stopped(self.number, electing: election) }
            self.connections.stop()
            self.readiness = Readiness()
            self.injector.isSuspended = false
        }
        self.logger.debug("stopped")
    }

    /// Stops listening for clients if they should be refused, and otherwise begins again.
    private func listenUnlessRefusing() async throws(EmbeddedServerError) {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        guard self.isRunning else { return }
        if self.injector.has(.refuseConnections) {
            await self.ports.refuse()
            _ = self.injector.strikes(.refuseConnections)
        } else {
            try self.ports.acceptAgain(self.acceptor)
        }
    }

    private var acceptor: Ports.Acceptor {
        { [weak self] socket, secure in self?.assumeIsolated { $0.accept(socket, secure: secure) } }
    }

    private func accept(_ socket: any Transport, secure: Bool) {
        guard self.connections.count + self.readiness.acceptedCount < self.configuration.maximumConnections else {
            self.logger.info("too many clients", metadata: [LogKey.client: "\(socket.peer)"])
            return socket.close()
        }
        guard !self.readiness.isSuspended else { return self.readiness.keep(socket, secure: secure) }
        if let transport = self.ports.transport(over: socket, secure: secure) { self.connections.accept(transport) }
    }

    private func answerUnlessSuspended(_ request: HTTPRequest) -> HTTPAnswer? {
        guard self.readiness.isSuspended else { return self.answer(request) }
        self.readiness.requestReceived()
        return nil
    }

    // MARK: - Readiness

    private func begin(_ startup: Startup, alone: Bool) {
        if case .after(let time) = startup.end {
            self.startupTimer = self.core.environment.timer(on: self.executor) { [weak self] in
                self?.assumeIsolated { $0.finishStartup() }
            }
            self.startupTimer?.schedule(after: time)
        }
        self.carryOut(self.readiness.begin(startup, alone: alone))
    }

    /// Makes a server ready whose ``Startup`` has not come to its end yet; if it has, nothing happens.
    public func finishStartup() {
        self.carryOut(self.readiness.finishStartup())
    }

    /// The node finds the others, now or when its startup ends.
    func findOthers() {
        self.carryOut(self.readiness.findOthers())
    }

    private func carryOut(_ action: Readiness.Action?) {
        self.core.assumeIsolated { core in
            switch action {
            case .startAlone(let logins): core.startAlone(self.number, logins)
            case .join: core.join(self.number)
            case .rejoin: core.rejoin(self.number)
            case nil: break
            }
        }
    }

    /// - Parameter election: how its cluster elects another master, if this is the master.
    func suspend(electing election: Election) {
        guard self.isRunning, !self.readiness.isSuspended else { return }
        self.injector.isSuspended = true
        self.readiness.suspend(
            joins: self.core.assumeIsolated { $0.loseTouch(with: self.number, electing: election) })
    }

    /// Resumes a server that was suspended: it reads and answers what clients have sent meanwhile. If it is not
    /// suspended, nothing happens.
    public func resume() {
        guard let (actions, accepted) = self.readiness.resume() else { return }
        self.injector.isSuspended = false
        for action in actions { self.carryOut(action) }
        for (socket, secure) in accepted { self.accept(socket, secure: secure) }
        self.connections.handle(.resumed)
        self.http?.assumeIsolated { $0.resume() }
    }

    /// Returns as soon as this is true of the server.
    ///
    /// - Throws: `CancellationError`.
    func waitForReadiness(until condition: @escaping @Sendable (Readiness) -> Bool) async throws {
        try await self.readinessWatchers.wait(self.readiness, until: condition)
    }

    // MARK: - Faults

    func add(_ fault: Fault) async throws(EmbeddedServerError) -> ActiveFault {
        try fault.validate()
        let (id, record) = self.injector.add(fault)
        if fault.kind == .refuseConnections { try await self.listenUnlessRefusing() }
        return ActiveFault(server: self, id: id, record: record)
    }

    /// - Parameter fault: nil for all.
    func lift(_ fault: FaultPlan.ID?) async throws(EmbeddedServerError) {
        self.injector.remove(fault)
        self.connections.handle(.lifted(fault))
        try await self.listenUnlessRefusing()
    }
}
