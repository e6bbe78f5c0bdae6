internal import Dispatch
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import PhotonPumpTransport

/// The server's HTTP port, on the server's queue: gossip, pings and persistent subscriptions. NIO serves the clients, each
/// with an ``HTTPExchange``; they are accepted as those of TCP are, so that a port is taken and given back in one way.
actor HTTPSide {
    /// The answer to a request; nil while the server is suspended.
    typealias Answerer = @Sendable (HTTPRequestHead) -> HTTPAnswer?

    private struct Connection {
        let channel: EventLoopFuture<any Channel>
        /// A request that waits for the server to be resumed.
        var request: (head: HTTPRequestHead, reply: @Sendable (HTTPAnswer) -> Void)?
    }

    nonisolated let port: Int
    nonisolated let executor: QueueExecutor
    private let listener: SocketListener
    private var answer: Answerer = { _ in nil }
    private var connections: [Int: Connection] = [:]
    private(set) var connectionsAccepted = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// The number of connected clients.
    var connectionCount: Int { self.connections.count }

    /// Listens; nobody is answered before ``activate(_:logger:_:)``.
    init(host: String, port: Int, executor: QueueExecutor) throws(EmbeddedServerError) {
        do {
            self.listener = try SocketListener(host: host, port: port, executor: executor)
        } catch {
            throw EmbeddedServerError(.cannotListen, "HTTP on \(host):\(port): \(error.description)")
        }
        self.port = self.listener.address.port
        self.executor = executor
    }

    func activate(_ configuration: EmbeddedServer.Configuration, logger: Logger, _ answer: @escaping Answerer) {
        self.answer = answer
        let limit = configuration.maximumConnections
        let timeout = TimeAmount(configuration.httpTimeout)
        self.listener.activateHandingOver { [weak self] descriptor, peer in
            self?.assumeIsolated { side in
                guard side.connections.count < limit else {
                    logger.info("too many HTTP clients", metadata: [LogKey.client: "\(peer)"])
                    return false
                }
                side.accept(descriptor, timeout: timeout)
                return true
            } ?? false
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
        self.connections[id] = Connection(channel: channel)
        channel.flatMap(\.closeFuture).whenComplete { [weak self] _ in
            self?.onQueue { $0.connections[id] = nil }
        }
    }

    private nonisolated func onQueue(_ work: @escaping @Sendable (isolated HTTPSide) -> Void) {
        self.executor.queue.async { self.assumeIsolated(work) }
    }

    private func received(_ head: HTTPRequestHead, on id: Int, _ reply: @escaping @Sendable (HTTPAnswer) -> Void) {
        if let answer = self.answer(head) { reply(answer) } else { self.connections[id]?.request = (head, reply) }
    }

    /// The server was suspended, and is no longer.
    func resume() {
        for (id, connection) in self.connections {
            guard let request = connection.request else { continue }
            self.connections[id]?.request = nil
            self.received(request.head, on: id, request.reply)
        }
    }

    /// Stops listening and ends all connections; `closed` runs when both are done.
    func close(_ closed: @escaping @Sendable () -> Void) {
        let closing = DispatchGroup()
        closing.enter()
        self.listener.close { closing.leave() }
        for connection in self.connections.values {
            closing.enter()
            connection.channel.flatMap { $0.close() }.whenComplete { _ in closing.leave() }
        }
        closing.notify(queue: .global(), execute: closed)
    }
}
