internal import Dispatch
internal import PhotonPumpSystem

/// Accepts connections on one address, on one queue.
package final class SocketListener: Listening {
    /// The address bound, with the port the system picked when 0 was asked for.
    package let address: SocketAddress

    /// The connections accepted in one turn before others on the queue get theirs.
    private static let connectionsPerTurn = 64

    private let executor: QueueExecutor
    private let source: any DispatchSourceRead
    package private(set) var isClosed = false

    /// Binds and listens; connections wait in the system's backlog until ``activate(_:)``.
    package init(host: String, port: Int, executor: QueueExecutor) throws(SocketError) {
        let address = try SocketAddress.toListen(host: host, port: port)
        let descriptor = try OwnedDescriptor.bound(to: address)
        let number = descriptor.number
        _ = try systemCall("listen", address: address.description) { listen(number, SOMAXCONN) }
        self.address = try SocketAddress(boundTo: number)
        // Every accepted connection needs it, and could report to nobody that it is missing.
        _ = try executor.poller()
        self.executor = executor
        self.source = DispatchSource.makeReadSource(fileDescriptor: descriptor.release(), queue: executor.queue)
    }

    deinit {
        self.close {}
    }

    /// Starts accepting. `accept` runs on the queue, once per connection, and never after ``close(_:)``.
    package func activate(_ accept: @escaping (sending any Transport) -> Void) {
        let executor = self.executor
        self.start { descriptor, peer in
            guard let socket = try? SocketTransport(descriptor, peer: peer.description, executor: executor) else {
                return
            }
            accept(socket)
        }
    }

    /// As ``activate(_:)``, for connections that somebody else reads and writes: non-blocking, and private to this
    /// process.
    ///
    /// - Parameter accept: returns whether it takes the descriptor over; otherwise the connection is closed.
    package func activateHandingOver(_ accept: @escaping (_ descriptor: CInt, _ peer: SocketAddress) -> Bool) {
        self.start { descriptor, peer in
            if accept(descriptor.number, peer) { _ = descriptor.release() }
        }
    }

    private func start(_ connected: @escaping (consuming OwnedDescriptor, SocketAddress) -> Void) {
        let number = CInt(self.source.handle)
        self.source.setEventHandler { [weak self] in
            guard let self, !self.isClosed else { return }
            // The source reports again what remains.
            for _ in 0..<Self.connectionsPerTurn where !self.acceptNext(on: number, connected) { return }
        }
        self.source.activate()
    }

    /// Stops listening; `closed` runs when the port is free again.
    package func close(_ closed: @escaping @Sendable () -> Void) {
        guard !self.isClosed else { return closed() }
        self.isClosed = true
        let number = CInt(self.source.handle)
        self.source.setCancelHandler {
            closeDescriptor(number)
            closed()
        }
        self.source.cancel()
        self.source.activate()
    }

    /// Accepts the next waiting connection; false if there is none. A failure to accept (this process has no descriptor
    /// left, say) is not worth ending the server for: what remains in the backlog is tried again a little later.
    private func acceptNext(
        on number: CInt, _ connected: (consuming OwnedDescriptor, SocketAddress) -> Void
    ) -> Bool {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let accepted = Result { () throws(SocketError) in
            try nonBlockingCall("accept") {
                withUnsafeMutablePointer(to: &storage) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { accept(number, $0, &length) }
                }
            }
        }
        switch accepted {
        case .success(let connection?):
            Platform.prepare(connection)
            let peer = withUnsafePointer(to: storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { SocketAddress($0, length: length) }
            }
            connected(OwnedDescriptor(connection), peer)
            return true
        case .success(nil):
            return false
        case .failure:
            let source = self.source
            source.suspend()
            let pause = DispatchSource.makeTimerSource(queue: self.executor.queue)
            pause.setEventHandler {
                source.resume()
                pause.cancel()
            }
            pause.schedule(deadline: .now() + .milliseconds(100))
            pause.activate()
            return false
        }
    }
}
