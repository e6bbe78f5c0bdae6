internal import Dispatch
internal import Foundation

/// Accepts connections on one address, on one queue.
package final class SocketListener {
    /// The address bound, with the port the system picked when 0 was asked for.
    package let address: SocketAddress

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
        // Needed by every connection accepted, which has nobody to complain to.
        _ = try executor.poller()
        self.executor = executor
        self.source = DispatchSource.makeReadSource(fileDescriptor: descriptor.release(), queue: executor.queue)
    }

    deinit {
        self.close {}
    }

    /// Starts accepting. `accept` runs on the queue, once per connection, and never after ``close(_:)``.
    package func activate(_ accept: @escaping (sending SocketTransport) -> Void) {
        let number = CInt(self.source.handle)
        self.source.setEventHandler { [weak self] in
            guard let self, !self.isClosed else { return }
            while let transport = self.next(on: number) { accept(transport) }
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

    /// The next waiting connection, if any. A failure to accept (this process has no descriptor left, say) is not
    /// worth ending the server for: what remains in the backlog is tried again a little later.
    private func next(on number: CInt) -> sending SocketTransport? {
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
            return try? SocketTransport(OwnedDescriptor(connection), peer: peer.description, executor: self.executor)
        case .success(nil):
            return nil
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
            return nil
        }
    }
}
