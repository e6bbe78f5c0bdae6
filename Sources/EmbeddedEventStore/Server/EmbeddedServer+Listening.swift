internal import Logging
internal import PhotonPumpTransport

/// What a running server listens with.
struct Listeners {
    let tcp: SocketListener
    let http: HTTPSide?
}

// Callers see to it that opening and closing do not overlap.
extension EmbeddedServer {
    /// Listens, the first time perhaps on ports that the system picks, later on the same ones.
    ///
    /// - Throws: ``EmbeddedServerError/Code/cannotListen``; nothing is left open then.
    func openPorts(alone: Bool) async throws(EmbeddedServerError) {
        let listener = try self.listen()
        let http: HTTPSide?
        do {
            http = try await self.startHTTP(host: listener.address.host)
        } catch {
            await Self.close(listener)
            throw error
        }
        self.listeners = Listeners(tcp: listener, http: http)
        self.port = listener.address.port
        self.httpPort = http?.port ?? self.httpPort
        self.enterCluster(host: listener.address.host, alone: alone)
        if self.injector.strikes(.refuseConnections) { await Self.close(listener) } else { self.activate(listener) }
        self.logger.debug("listening", metadata: [LogKey.address: "\(listener.address)"])
    }

    /// Lets nobody in any more and ends all connections, both before anything else can happen; returns when the ports
    /// are free.
    func closePorts(electing election: Election) async {
        guard let listeners = self.listeners else { return }
        self.listeners = nil
        await Self.close(listeners.tcp) {
            self.leaveCluster(electing: election)
            for id in self.connections.keys { self.end(id, .serverStopped) }
        }
        await listeners.http?.stop()
        self.logger.debug("stopped")
    }

    /// Stops listening for clients when they are to be refused, and begins again when they are not.
    func listenUnlessRefusing() async throws(EmbeddedServerError) {
        await self.lifecycle.take()
        defer { self.lifecycle.give() }
        guard let listeners = self.listeners else { return }
        if self.injector.has(.refuseConnections) {
            await Self.close(listeners.tcp)
            _ = self.injector.strikes(.refuseConnections)
        } else if listeners.tcp.isClosed {
            let listener = try self.listen()
            self.listeners = Listeners(tcp: listener, http: listeners.http)
            self.activate(listener)
        }
    }

    private func activate(_ listener: SocketListener) {
        listener.activate { [weak self] transport in
            self?.assumeIsolated { $0.accept(transport) }
        }
    }

    private func listen() throws(EmbeddedServerError) -> SocketListener {
        do {
            return try SocketListener(host: self.configuration.host, port: self.port, executor: self.executor)
        } catch {
            throw EmbeddedServerError(.cannotListen, error.description)
        }
    }

    private func startHTTP(host: String) async throws(EmbeddedServerError) -> HTTPSide? {
        guard let port = self.httpPort else { return nil }
        return try await HTTPSide.start(host: host, port: port) { [weak self] in await self?.gossip() }
    }

    /// Returns when the port is free; `meanwhile` is done at once.
    private static func close(
        _ listener: SocketListener,
        isolation: isolated (any Actor)? = #isolation,
        meanwhile: () -> Void = {}
    ) async {
        await withCheckedContinuation { continuation in
            listener.close { continuation.resume() }
            meanwhile()
        }
    }
}
