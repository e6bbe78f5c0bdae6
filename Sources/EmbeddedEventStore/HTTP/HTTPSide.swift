internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The server's HTTP port, on the server's queue. NIO serves the clients, each
/// with an ``HTTPExchange``; they are accepted as those of TCP are, so that a port is taken and given back in one way. In
/// memory, requests come as calls.
actor HTTPSide {
    /// The answer to a request; nil while the server is suspended.
    typealias Answerer = @Sendable (HTTPRequest) -> HTTPAnswer?

    private struct Connection {
        let close: (_ closed: @escaping @Sendable () -> Void) -> Void
        /// A request that waits for the server to be resumed.
        var waiting: (request: HTTPRequest, reply: @Sendable (HTTPAnswer) -> Void)?
        /// Whether the server stops when the client has its answer.
        var stopsServer = false
    }

    nonisolated let port: Int
    nonisolated let executor: QueueExecutor
    /// Nil in memory.
    private let listener: SocketListener?
    private let memory: MemoryHost?
    private var answer: Answerer = { _ in nil }
    private var stopServer: @Sendable () -> Void = {}
    private var connections: [Int: Connection] = [:]
    private(set) var connectionsAccepted = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// The number of connected clients.
    var connectionCount: Int { self.connections.count }

    /// Listens; nobody is answered before ``activate(_:logger:_:)``.
    init(
        host: String, port: Int, _ environment: Environment = .system, executor: QueueExecutor
    ) throws(EmbeddedServerError) {
        self.memory = environment.memory
        self.executor = executor
        do {
            if let memory {
                self.listener = nil
                self.port = try memory.serve(on: port)
            } else {
                let listener = try SocketListener(host: host, port: port, executor: executor)
                self.listener = listener
                self.port = listener.address.port
            }
        } catch {
            throw EmbeddedServerError(.cannotListen, "HTTP on \(host):\(port): \(error.description)")
        }
    }

    /// - Parameter stopServer: is called when a client has the answer to a request to stop.
    func activate(
        _ configuration: EmbeddedServer.Configuration, logger: Logger, stopServer: @escaping @Sendable () -> Void = {},
        _ answer: @escaping Answerer
    ) {
        self.answer = answer
        self.stopServer = stopServer
        let limit = configuration.maximumConnections
        let timeout = TimeAmount(configuration.httpTimeout)
        self.listener?.activateHandingOver { [weak self] descriptor, peer in
            self?.assumeIsolated { side in
                guard side.connections.count < limit else {
                    logger.info("too many HTTP clients", metadata: [LogKey.client: "\(peer)"])
                    return false
                }
                side.accept(descriptor, timeout: timeout)
                return true
            } ?? false
        }
        self.memory?.setService(on: self.port) { [weak self] request, answered in
            guard let self else { return answered(nil) }
            self.onQueue { side in
                guard side.connections.count < limit else {
                    logger.info("too many HTTP clients", metadata: [LogKey.client: "memory"])
                    return answered(nil)
                }
                side.accept(request, answered)
            }
        }
    }

    private func accept(
        _ request: MemoryHTTP.Request, _ answered: @escaping @Sendable (MemoryHTTP.Answer?) -> Void
    ) {
        self.connectionsAccepted += 1
        let id = self.connectionsAccepted
        self.connections[id] = Connection { closed in
            answered(nil)
            closed()
        }
        self.received(HTTPRequest(request), on: id) { [weak self] answer in
            // At once, lest the server close it meanwhile, and answer a second time.
            self?.assumeIsolated { $0.ended(id) }
            answered(MemoryHTTP.Answer(answer))
        }
    }

    private func accept(_ descriptor: CInt, timeout: TimeAmount) {
        self.connectionsAccepted += 1
        let id = self.connectionsAccepted
        let receive: HTTPExchange.Receiver = { [weak self] request, reply in
            self?.onQueue { $0.received(request, on: id, reply) }
        }
        let channel = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { HTTPExchange.serve($0, timeout: timeout, receive: receive) }
            .withConnectedSocket(descriptor)
        self.connections[id] = Connection { closed in
            channel.flatMap { $0.close() }.whenComplete { _ in closed() }
        }
        channel.flatMap(\.closeFuture).whenComplete { [weak self] _ in
            self?.onQueue { $0.ended(id) }
        }
    }

    private nonisolated func onQueue(_ work: @escaping @Sendable (isolated HTTPSide) -> Void) {
        self.executor.run(here: false) { self.assumeIsolated(work) }
    }

    private func received(_ request: HTTPRequest, on id: Int, _ reply: @escaping @Sendable (HTTPAnswer) -> Void) {
        guard let answer = self.answer(request) else {
            self.connections[id]?.waiting = (request, reply)
            return
        }
        self.connections[id]?.stopsServer = answer.stopsServer
        reply(answer)
    }

    private func ended(_ id: Int) {
        if self.connections.removeValue(forKey: id)?.stopsServer ?? false { self.stopServer() }
    }

    /// The server was suspended, and is no longer.
    func resume() {
        for (id, connection) in self.connections.inOrder {
            guard let waiting = connection.waiting else { continue }
            self.connections[id]?.waiting = nil
            self.received(waiting.request, on: id, waiting.reply)
        }
    }

    /// Stops listening and ends all connections; `closed` runs when both are done.
    func close(_ closed: @escaping @Sendable () -> Void) {
        self.stopServer = {}
        let closing = Countdown(closed)
        closing.enter()
        if let listener {
            listener.close { closing.leave() }
        } else {
            self.memory?.vacate(self.port)
            closing.leave()
        }
        for connection in self.connections.values {
            closing.enter()
            connection.close { closing.leave() }
        }
        closing.leave()
    }
}

extension MemoryHTTP.Answer {
    fileprivate init(_ answer: HTTPAnswer) {
        let headers = Dictionary(answer.headers.map { ($0.name, $0.value) }) { _, last in last }
        self.init(status: Int(answer.status.code), headers: headers, body: answer.body)
    }
}
