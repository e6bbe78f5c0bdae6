internal import Logging
internal import PhotonPumpTransport

/// The ports of a server: reserved, listened on, and given back; used on the server's queue only. Callers ensure that
/// opening and closing do not overlap.
final class Ports {
    /// Is given what connects, and whether that was to the port for TLS.
    typealias Acceptor = (sending any Transport, _ secure: Bool) -> Void

    /// What listens.
    private struct Listeners {
        var plain: (any Listening)?
        var tls: (any Listening)?
        var tlsContext: TLSContext?
        var http: HTTPSide?

        var sockets: [any Listening] { [self.plain, self.tls].compactMap(\.self) }
    }

    private let configuration: EmbeddedServer.Configuration
    private let environment: Environment
    private let executor: QueueExecutor
    private let logger: Logger
    private let known: KnownAddress
    private var reservations: [PortReservation] = []
    /// Nil while they are closed.
    private var listeners: Listeners?

    /// - Parameter known: is kept up to date.
    init(
        _ configuration: EmbeddedServer.Configuration, _ known: KnownAddress, _ environment: Environment,
        executor: QueueExecutor, logger: Logger
    ) {
        self.configuration = configuration
        self.environment = environment
        self.known = known
        self.executor = executor
        self.logger = logger
    }

    /// With the ports of the configuration until the first start, and after that with those in use.
    private(set) var address: NodeAddress {
        get { self.known.value }
        set { self.known.value = newValue }
    }

    /// Whether they were opened and not closed since, though clients may be refused.
    var areOpen: Bool { self.listeners != nil }
    /// Nil while they are closed, and without HTTP.
    var http: HTTPSide? { self.listeners?.http }

    /// Reserves them, whether they are open or not, until ``release()``.
    func reserve() throws(EmbeddedServerError) {
        guard self.reservations.isEmpty else { return }
        if let memory = self.environment.memory { return self.address.pickPorts(of: memory) }
        do {
            self.reservations = try self.address.reservePorts(on: self.configuration.host)
        } catch {
            throw EmbeddedServerError(.cannotListen, error.description)
        }
    }

    func release() {
        self.reservations = []
    }

    /// Starts listening, the first time perhaps on ports that the system picks, later on the same ones.
    ///
    /// - Throws: ``EmbeddedServerError/Code/cannotListen`` or ``EmbeddedServerError/Code/invalidConfiguration``;
    ///   nothing is left open.
    func open() async throws(EmbeddedServerError) {
        guard self.environment.memory == nil || self.configuration.tls == nil else {
            throw EmbeddedServerError(.invalidConfiguration, "tls: there is none in memory")
        }
        var listeners = Listeners(tlsContext: try self.configuration.tls?.makeContext())
        do {
            try self.listen(&listeners)
            if let port = self.address.httpPort {
                listeners.http = try HTTPSide(
                    host: self.host(of: listeners), port: port, self.environment, executor: self.executor)
            }
        } catch {
            await Self.close(listeners.sockets)
            throw error
        }
        self.listeners = listeners
        self.address = NodeAddress(
            host: EmbeddedServer.reachable(self.host(of: listeners)),
            tcpPort: listeners.plain?.address.port,
            httpPort: listeners.http?.port,
            secureTCPPort: listeners.tls?.address.port
        )
    }

    /// Begins to accept clients.
    func accept(_ accept: @escaping Acceptor) {
        self.listeners?.plain?.activate { accept($0, false) }
        self.listeners?.tls?.activate { accept($0, true) }
        for socket in self.listeners?.sockets ?? [] {
            self.logger.debug("listening", metadata: [LogKey.address: "\(socket.address)"])
        }
    }

    /// Refuses clients, except over HTTP; returns when it does.
    func refuse() async {
        await Self.close(self.listeners?.sockets ?? [])
    }

    /// Accepts clients again if they are refused.
    func acceptAgain(_ accept: @escaping Acceptor) throws(EmbeddedServerError) {
        guard var listeners = self.listeners, listeners.sockets.allSatisfy(\.isClosed) else { return }
        try self.listen(&listeners)
        self.listeners = listeners
        self.accept(accept)
    }

    /// Returns when the ports are free; `meanwhile` runs at once.
    func close(isolation: isolated (any Actor)? = #isolation, meanwhile: () -> Void) async {
        let listeners = self.listeners
        self.listeners = nil
        await Self.close(listeners?.sockets ?? [], listeners?.http, meanwhile: meanwhile)
    }

    /// The connection over a socket that was accepted; nil, and the socket is closed, if there can be no TLS.
    func transport(over socket: any Transport, secure: Bool) -> (any Transport)? {
        guard secure else { return socket }
        do {
            if let context = self.listeners?.tlsContext {
                return try TLSTransport(server: socket, context, executor: self.executor)
            }
        } catch {
            self.logger.info("no TLS", metadata: [LogKey.client: "\(socket.peer)", LogKey.reason: "\(error)"])
        }
        socket.close()
        return nil
    }

    /// The numeric address that it listens on.
    private func host(of listeners: Listeners) -> String {
        listeners.sockets.first?.address.host ?? self.configuration.host
    }

    private func listen(_ listeners: inout Listeners) throws(EmbeddedServerError) {
        listeners.plain = try self.listen(on: self.address.tcpPort)
        listeners.tls = try self.listen(on: self.address.secureTCPPort)
    }

    private func listen(on port: Int?) throws(EmbeddedServerError) -> (any Listening)? {
        guard let port else { return nil }
        do {
            return try self.environment.listener(host: self.configuration.host, port: port, on: self.executor)
        } catch {
            throw EmbeddedServerError(.cannotListen, error.description)
        }
    }

    private static func close(
        _ listeners: [any Listening],
        _ http: HTTPSide? = nil,
        isolation: isolated (any Actor)? = #isolation,
        meanwhile: () -> Void = {}
    ) async {
        await withCheckedContinuation { continuation in
            let closing = Countdown { continuation.resume() }
            for listener in listeners {
                closing.enter()
                listener.close { closing.leave() }
            }
            if let http {
                closing.enter()
                http.assumeIsolated { $0.close { closing.leave() } }
            }
            meanwhile()
            closing.leave()
        }
    }
}
