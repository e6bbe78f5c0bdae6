internal import PhotonPumpTransport

/// A server that does exactly what a test tells it to, over a real socket.
package actor ScriptedServer {
    private nonisolated let executor = QueueExecutor(label: "scripted.server")
    private var listener: SocketListener?
    private nonisolated let accepted: AsyncStream<ScriptedPeer>
    private nonisolated let accept: AsyncStream<ScriptedPeer>.Continuation

    package nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    package init() {
        (self.accepted, self.accept) = AsyncStream.makeStream()
    }

    /// Listens on a port, a free one unless told which, and returns it.
    package func start(host: String = "127.0.0.1", port: Int = 0, _ layers: Layers = .plain) throws -> Int {
        let listener = try SocketListener(host: host, port: port, executor: self.executor)
        self.listener = listener
        listener.activate { [weak self] socket in
            guard let self else { return }
            self.accept.yield(ScriptedPeer(socket, layers, executor: self.executor))
        }
        return listener.address.port
    }

    /// The next connection.
    package func nextConnection() async throws -> ScriptedPeer {
        for await peer in self.accepted { return peer }
        throw CancellationError()
    }

    /// Stops listening; returns when the port is free.
    package func stop() async {
        guard let listener = self.listener else { return }
        self.listener = nil
        await withCheckedContinuation { stopped in listener.close { stopped.resume() } }
    }
}
