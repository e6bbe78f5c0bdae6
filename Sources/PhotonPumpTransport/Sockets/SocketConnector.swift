internal import Dispatch
internal import PhotonPumpSystem

/// Connects to the first of several addresses that accepts, on one queue; used once.
package final class SocketConnector: Dialling {
    private let executor: QueueExecutor
    private let options: SocketOptions
    private var addresses: ArraySlice<SocketAddress>
    private var completion: (() -> Void)?
    private var outcome: Result<SocketTransport, SocketError>?
    private var source: (any DispatchSourceWrite)?
    /// How long one address may take while there are others to try.
    private static let patience: Duration = .seconds(1)

    private var timer: QueueTimer?
    private var isOverdue = false
    private var lastError = SocketError("connect", reason: "no address")

    /// - Parameter completion: runs once on the executor's queue, when ``takeTransport()`` has the outcome, unless
    ///   ``cancel()`` comes first.
    package init(
        _ addresses: [SocketAddress], _ options: SocketOptions = SocketOptions(), executor: QueueExecutor,
        completion: @escaping () -> Void
    ) {
        self.options = options
        self.addresses = addresses[...]
        self.executor = executor
        self.completion = completion
    }

    deinit {
        self.source?.cancel()
    }

    /// Starts with the first address; call it on the queue.
    package func start() {
        self.tryNext()
    }

    package func takeTransport() throws(SocketError) -> any Transport { try self.takeSocket() }

    /// The connection made, once; after that, or before the completion ran, it throws.
    package func takeSocket() throws(SocketError) -> SocketTransport {
        defer { self.outcome = .failure(SocketError("connect", reason: "the connection was taken already")) }
        return try (self.outcome ?? .failure(self.lastError)).get()
    }

    /// Gives up; the completion does not run.
    package func cancel() {
        self.completion = nil
        self.source?.cancel()
        self.source = nil
    }

    private func tryNext() {
        while let address = self.addresses.popFirst() {
            do throws(SocketError) {
                return self.wait(for: try self.begin(address), address)
            } catch {
                self.lastError = error
            }
        }
        self.finish(.failure(self.lastError))
    }

    private func finish(_ result: Result<SocketTransport, SocketError>) {
        let completion = self.completion
        self.completion = nil
        self.outcome = result
        completion?()
    }

    /// A socket whose connection is under way, or made already.
    private func begin(_ address: SocketAddress) throws(SocketError) -> CInt {
        let number = try systemCall("socket", address: address.description) {
            socket(address.family, Platform.newSocket, Platform.tcp)
        }
        let descriptor = OwnedDescriptor(number)
        Platform.prepare(number)
        try self.options.apply(to: number, for: address)
        let result = address.withPointer { connect(number, $0, $1) }
        let cause = Platform.errorNumber
        // An interrupted connect goes on in the background like any other.
        guard result == 0 || cause == EINPROGRESS || cause == EINTR else {
            throw SocketError("connect", number: cause, address: address.description)
        }
        return descriptor.release()
    }

    /// Waits until the socket can be written to, which is when the outcome is known.
    private func wait(for number: CInt, _ address: SocketAddress) {
        let source = DispatchSource.makeWriteSource(fileDescriptor: number, queue: self.executor.queue)
        source.setEventHandler { [weak self] in self?.source?.cancel() }
        // The descriptor is handed on, or closed, when the source has let go of it.
        source.setCancelHandler { [weak self] in
            let descriptor = OwnedDescriptor(number)
            self?.handOver(descriptor, address)
        }
        self.source = source
        source.resume()
        if !self.addresses.isEmpty {
            self.timer = QueueTimer(on: self.executor.queue) { [weak self] in
                self?.isOverdue = true
                self?.source?.cancel()
            }
            self.timer?.schedule(after: Self.patience)
        }
    }

    private func handOver(_ descriptor: consuming OwnedDescriptor, _ address: SocketAddress) {
        guard self.completion != nil else { return }
        self.source = nil
        self.timer = nil
        do throws(SocketError) {
            if self.isOverdue {
                self.isOverdue = false
                throw SocketError("connect", number: ETIMEDOUT, address: address.description)
            }
            try Self.checkConnected(descriptor.number, address)
            self.finish(
                .success(try SocketTransport(descriptor, peer: address.description, executor: self.executor))
            )
        } catch {
            self.lastError = error
            self.tryNext()
        }
    }

    private static func checkConnected(_ number: CInt, _ address: SocketAddress) throws(SocketError) {
        var cause: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        getsockopt(number, SOL_SOCKET, SO_ERROR, &cause, &length)
        if cause != 0 { throw SocketError("connect", number: cause, address: address.description) }
    }
}
