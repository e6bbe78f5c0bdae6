internal import Dispatch
internal import Logging
internal import PhotonPumpTransport

/// The listening sockets of a running server.
struct Listeners {
    var plain: SocketListener?
    var tls: SocketListener?
    var http: HTTPSide?

    fileprivate var sockets: [SocketListener] { [self.plain, self.tls].compactMap(\.self) }
}

// Callers ensure that opening and closing do not overlap.
extension EmbeddedServer {
    /// Starts listening, the first time perhaps on ports that the system picks, later on the same ones.
    ///
    /// - Throws: ``EmbeddedServerError/Code/cannotListen`` or ``EmbeddedServerError/Code/invalidConfiguration``;
    ///   nothing is left open.
    func openPorts(_ startup: Startup, alone: Bool) async throws(EmbeddedServerError) {
        let context = try self.configuration.tls?.makeContext()
        var listeners = Listeners()
        do {
            try self.listen(&listeners)
            listeners.http = try await self.startHTTP(host: self.host(of: listeners))
        } catch {
            await Self.close(listeners.sockets)
            throw error
        }
        self.listeners = listeners
        self.tlsContext = context
        self.port = listeners.plain?.address.port ?? self.port
        self.tlsPort = listeners.tls?.address.port
        self.httpPort = listeners.http?.port ?? self.httpPort
        self.enterCluster(host: self.host(of: listeners))
        self.begin(startup, alone: alone)
        if self.injector.strikes(.refuseConnections) {
            await Self.close(listeners.sockets)
        } else {
            self.activate(listeners)
        }
    }

    /// Stops accepting connections and ends all of them, both before anything else can happen; returns when the ports
    /// are free.
    ///
    /// - Parameter abruptly: whether subscribers are not notified.
    func closePorts(electing election: Election, abruptly: Bool = false) async {
        guard let listeners = self.listeners else { return }
        self.listeners = nil
        await Self.close(listeners.sockets) {
            if abruptly { self.endAll() } else { self.commons.assumeIsolated { $0.dropSubscriptions(on: self.number) } }
            self.leaveCluster(electing: election)
            self.endAll()
            self.endSuspension()
        }
        await listeners.http?.stop()
        self.logger.debug("stopped")
    }

    /// Stops listening for clients if they should be refused, and otherwise begins again.
    func listenUnlessRefusing() async throws(EmbeddedServerError) {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        guard var listeners = self.listeners else { return }
        if self.injector.has(.refuseConnections) {
            await Self.close(listeners.sockets)
            _ = self.injector.strikes(.refuseConnections)
        } else if listeners.sockets.allSatisfy(\.isClosed) {
            try self.listen(&listeners)
            self.listeners = listeners
            self.activate(listeners)
        }
    }

    /// The numeric address that it listens on.
    private func host(of listeners: Listeners) -> String {
        listeners.sockets.first?.address.host ?? self.configuration.host
    }

    private func listen(_ listeners: inout Listeners) throws(EmbeddedServerError) {
        if self.configuration.acceptsPlainConnections { listeners.plain = try self.listen(on: self.port) }
        if let port = self.tlsPort { listeners.tls = try self.listen(on: port) }
    }

    private func activate(_ listeners: Listeners) {
        listeners.plain?.activate { [weak self] socket in
            self?.assumeIsolated { $0.accept(socket, secure: false) }
        }
        listeners.tls?.activate { [weak self] socket in
            self?.assumeIsolated { $0.accept(socket, secure: true) }
        }
        for socket in listeners.sockets {
            self.logger.debug("listening", metadata: [LogKey.address: "\(socket.address)"])
        }
    }

    func accept(_ socket: SocketTransport, secure: Bool) {
        guard self.suspension == nil else {
            self.suspension?.accepted.append((socket, secure))
            return
        }
        guard secure else { return self.accept(socket) }
        guard let context = self.tlsContext else { return socket.close() }
        do {
            self.accept(try TLSTransport(server: socket, context, executor: self.executor))
        } catch {
            socket.close()
            self.logger.info("no TLS", metadata: [LogKey.client: "\(socket.peer)", LogKey.reason: "\(error)"])
        }
    }

    private func listen(on port: Int) throws(EmbeddedServerError) -> SocketListener {
        do {
            return try SocketListener(host: self.configuration.host, port: port, executor: self.executor)
        } catch {
            throw EmbeddedServerError(.cannotListen, error.description)
        }
    }

    private func startHTTP(host: String) async throws(EmbeddedServerError) -> HTTPSide? {
        guard let port = self.httpPort else { return nil }
        return try await HTTPSide.start(
            host: host, port: port,
            admit: { [weak self] in await self?.waitWhileSuspended() },
            gossip: { [weak self] in await self?.gossip() }, groups: self.groupPages)
    }

    /// Returns when the ports are free; `meanwhile` runs at once.
    private static func close(
        _ listeners: [SocketListener],
        isolation: isolated (any Actor)? = #isolation,
        meanwhile: () -> Void = {}
    ) async {
        await withCheckedContinuation { continuation in
            let closing = DispatchGroup()
            for listener in listeners {
                closing.enter()
                listener.close { closing.leave() }
            }
            meanwhile()
            closing.notify(queue: .global()) { continuation.resume() }
        }
    }
}
