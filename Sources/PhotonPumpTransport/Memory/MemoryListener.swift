internal import Synchronization

/// Accepts what connects to a port of a ``MemoryHost``.
final class MemoryListener: Listening {
    let address: SocketAddress
    private let port: Int
    private let host: MemoryHost
    private let executor: QueueExecutor
    private let backlog = MemoryBacklog()
    private(set) var isClosed = false

    init(on port: Int, of host: MemoryHost, _ executor: QueueExecutor) throws(SocketError) {
        self.port = try host.occupy(port, .connections(self.backlog))
        self.address = SocketAddress(loopback: self.port)
        self.host = host
        self.executor = executor
    }

    deinit {
        self.close {}
    }

    func activate(_ accept: @escaping (sending any Transport) -> Void) {
        guard !self.isClosed else { return }
        let (executor, host) = (self.executor, self.host)
        let take = QueueBound(
            { [weak self, backlog, host] in
                while let self, !self.isClosed, let (ends, peer) = backlog.next() {
                    accept(MemoryTransport(ends, peer: peer, on: host, executor))
                }
            },
            to: executor)
        self.backlog.open { host.carry(to: executor) { take.value() } }
    }

    func close(_ closed: @escaping @Sendable () -> Void) {
        if !self.isClosed {
            self.isClosed = true
            self.host.vacate(self.port)
            self.backlog.close()
        }
        closed()
    }
}

/// The connections that wait to be accepted.
final class MemoryBacklog: Sendable {
    /// As many as systems let wait.
    private static let limit = 4_096

    private struct State {
        var waiting: [(MemoryEnds, peer: String)] = []
        var isClosed = false
        var arrived: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// - Returns: whether the connection is made; if not, it is refused.
    func add(_ ends: MemoryEnds, peer: String) -> Bool {
        let (isMade, arrived): (Bool, (@Sendable () -> Void)?) = self.state.withLock { state in
            guard !state.isClosed, state.waiting.count < Self.limit else { return (false, nil) }
            state.waiting.append((ends, peer))
            return (true, state.arrived)
        }
        arrived?()
        return isMade
    }

    func next() -> (MemoryEnds, peer: String)? {
        self.state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
    }

    /// - Parameter arrived: called, on whatever thread, when there is a connection to take.
    func open(_ arrived: @escaping @Sendable () -> Void) {
        self.state.withLock { $0.arrived = arrived }
        arrived()
    }

    func close() {
        let waiting = self.state.withLock { state in
            defer { state = State(isClosed: true) }
            return state.waiting
        }
        for (ends, _) in waiting { ends.reset() }
    }
}
