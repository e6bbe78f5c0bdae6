/// The making of a connection in memory.
final class MemoryDialling: Dialling {
    private let host: MemoryHost
    private let addresses: [SocketAddress]
    private let executor: QueueExecutor
    private var completion: (() -> Void)?
    private var outcome = Result<MemoryEnds, SocketError>.failure(SocketError("connect", reason: "no address"))
    private var peer = ""

    init(
        _ addresses: [SocketAddress], on host: MemoryHost, _ executor: QueueExecutor, _ completion: @escaping () -> Void
    ) {
        self.host = host
        self.addresses = addresses
        self.executor = executor
        self.completion = completion
    }

    deinit {
        self.drop()
    }

    func start() {
        for address in self.addresses {
            self.peer = address.description
            self.outcome = Result { () throws(SocketError) in try self.host.connect(to: address) }
            if case .success = self.outcome { break }
        }
        let complete = QueueBound({ [weak self] in self?.complete() ?? () }, to: self.executor)
        self.host.carry(to: self.executor) { complete.value() }
    }

    private func complete() {
        let completion = self.completion
        self.completion = nil
        completion?()
    }

    func takeTransport() throws(SocketError) -> any Transport {
        let ends = try self.outcome.get()
        self.outcome = .failure(SocketError("connect", reason: "the connection was taken already"))
        return MemoryTransport(ends, peer: self.peer, on: self.host, self.executor)
    }

    func cancel() {
        self.completion = nil
        self.drop()
    }

    /// Closes the connection if nobody has taken it.
    private func drop() {
        if case .success(let ends) = self.outcome { ends.close() }
        self.outcome = .failure(SocketError("connect", reason: "the attempt was given up"))
    }
}
