internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The server's HTTP port, on the server's queue: gossip, pings and persistent subscriptions. NIO serves the clients, each
/// with an ``HTTPExchange``; they are accepted as those of TCP are, so that a port is taken and given back in one way. In
/// memory, requests come as calls.
actor HTTPSide {
    /// The answer to a request; nil while the server is suspended.
    typealias Answerer = @Sendable (HTTPRequestHead) -> HTTPAnswer?

    private struct Connection {
        let close: (_ closed: @escaping @Sendable () -> Void) -> Void
        /// A request that waits for the server to be resumed.
        var request: (head: HTTPRequestHead, reply: @Sendable (HTTPAnswer) -> Void)?
    }

    nonisolated let port: Int
    nonisolated let executor: QueueExecutor
    /// Nil in memory.
    private let listener: SocketListener?
    private let memory: MemoryHost?
    private var answer: Answerer = { _ in nil }
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

    func activate(_ configuration: EmbeddedServer.Configuration, logger: Logger, _ answer: @escaping Answerer) {
        self.answer = answer
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
        self.received(HTTPRequestHead(request), on: id) { [weak self] answer in
            self?.onQueue { $0.connections[id] = nil }
            answered(MemoryHTTP.Answer(status: Int(answer.status.code), body: answer.body))
        }
    }

    private func accept(_ descriptor: CInt, timeout: TimeAmount) {
        self.connectionsAccepted += 1
        let id = self.connectionsAccepted
        let receive: HTTPExchange.Receiver = { [weak self] head, reply in
            self?.onQueue { $0.received(head, on: id, reply) }
        }
        let channel = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { HTTPExchange.serve($0, timeout: timeout, receive: receive) }
            .withConnectedSocket(descriptor)
        self.connections[id] = Connection { closed in
            channel.flatMap { $0.close() }.whenComplete { _ in closed() }
        }
        channel.flatMap(\.closeFuture).whenComplete { [weak self] _ in
            self?.onQueue { $0.connections[id] = nil }
        }
    }

    private nonisolated func onQueue(_ work: @escaping @Sendable (isolated HTTPSide) -> Void) {
        self.executor.run(here: false) { self.assumeIsolated(work) }
    }

    private func received(_ head: HTTPRequestHead, on id: Int, _ reply: @escaping @Sendable (HTTPAnswer) -> Void) {
        if let answer = self.answer(head) { reply(answer) } else { self.connections[id]?.request = (head, reply) }
    }

    /// The server was suspended, and is no longer.
    func resume() {
        for (id, connection) in self.connections.inOrder {
            guard let request = connection.request else { continue }
            self.connections[id]?.request = nil
            self.received(request.head, on: id, request.reply)
        }
    }

    /// Stops listening and ends all connections; `closed` runs when both are done.
    func close(_ closed: @escaping @Sendable () -> Void) {
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

extension HTTPRequestHead {
    fileprivate init(_ request: MemoryHTTP.Request) {
        self.init(
            version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: request.path,
            headers: HTTPHeaders(request.headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    }
}
