internal import Dispatch
internal import Logging
internal import NIOHTTP1
internal import PhotonPumpTransport

/// The listening sockets of a running server.
struct Listeners {
    var plain: SocketListener?
    var tls: SocketListener?
    var tlsContext: TLSContext?
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
        var listeners = Listeners(tlsContext: try self.configuration.tls?.makeContext())
        do {
            try self.listen(&listeners)
            if let port = self.httpPort {
                listeners.http = try HTTPSide(host: self.host(of: listeners), port: port, executor: self.executor)
            }
        } catch {
            await Self.close(listeners.sockets)
            throw error
        }
        self.listeners = listeners
        self.address = NodeAddress(
            host: Self.reachable(self.host(of: listeners)),
            tcpPort: listeners.plain?.address.port,
            httpPort: listeners.http?.port,
            secureTCPPort: listeners.tls?.address.port
        )
        self.enterCluster()
        self.begin(startup, alone: alone)
        self.activate(listeners.http)
        for risk in self.configuration.risks { self.logger.warning("\(risk)") }
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
        await Self.close(listeners.sockets, listeners.http) {
            if abruptly {
                self.connections.stop()
            } else {
                self.core.assumeIsolated { $0.dropSubscriptions(on: self.number) }
            }
            self.leaveCluster(electing: election)
            self.connections.stop()
            self.endSuspension()
        }
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

    private func activate(_ http: HTTPSide?) {
        http?.assumeIsolated {
            $0.activate(self.configuration, logger: self.logger) { [weak self] request in
                guard let self else { return HTTPAnswer(.serviceUnavailable) }
                return self.assumeIsolated { $0.answerUnlessSuspended(request) }
            }
        }
    }

    private func answerUnlessSuspended(_ request: HTTPRequestHead) -> HTTPAnswer? {
        guard self.suspension == nil else {
            self.suspension?.requestsReceived += 1
            return nil
        }
        return self.answer(request)
    }

    func accept(_ socket: SocketTransport, secure: Bool) {
        let count = self.connections.count + (self.suspension?.accepted.count ?? 0)
        guard count < self.configuration.maximumConnections else {
            self.logger.info("too many clients", metadata: [LogKey.client: "\(socket.peer)"])
            return socket.close()
        }
        guard self.suspension == nil else {
            self.suspension?.accepted.append((socket, secure))
            return
        }
        guard secure else { return self.connections.accept(socket) }
        guard let context = self.listeners?.tlsContext else { return socket.close() }
        do {
            self.connections.accept(try TLSTransport(server: socket, context, executor: self.executor))
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

    /// Returns when the ports are free; `meanwhile` runs at once.
    private static func close(
        _ listeners: [SocketListener],
        _ http: HTTPSide? = nil,
        isolation: isolated (any Actor)? = #isolation,
        meanwhile: () -> Void = {}
    ) async {
        await withCheckedContinuation { continuation in
            let closing = DispatchGroup()
            for listener in listeners {
                closing.enter()
                listener.close { closing.leave() }
            }
            if let http {
                closing.enter()
                http.assumeIsolated { $0.close { closing.leave() } }
            }
            meanwhile()
            closing.notify(queue: .global()) { continuation.resume() }
        }
    }
}
