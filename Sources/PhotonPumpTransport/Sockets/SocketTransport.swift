internal import Foundation

/// A plain TCP connection.
package final class SocketTransport: Transport {
    package let peer: String

    private let descriptor: CInt
    private let readSource: any DispatchSourceRead
    private let writeSource: any DispatchSourceWrite
    private var readState = SourceState.suspended
    private var writeState = SourceState.suspended

    private enum SourceState {
        case suspended, active, cancelled
    }

    /// - Parameter queue: where readiness is reported and everything else must be called.
    init(_ descriptor: consuming OwnedDescriptor, peer: String, queue: DispatchQueue) {
        self.peer = peer
        let number = descriptor.release()
        self.descriptor = number
        self.readSource = DispatchSource.makeReadSource(fileDescriptor: number, queue: queue)
        self.writeSource = DispatchSource.makeWriteSource(fileDescriptor: number, queue: queue)
        var on: CInt = 1
        // Packages are coalesced by us; waiting for more would only delay them. A socket without it still works.
        _ = setsockopt(number, Platform.tcp, TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    }

    deinit {
        self.close()
    }

    package func activate(_ handler: @escaping (TransportEvent) -> Void) {
        self.readSource.setEventHandler { [weak self] in
            if self?.readState == .active { handler(.readable) }
        }
        self.writeSource.setEventHandler { [weak self] in
            guard let self, self.writeState == .active else { return }
            self.writeSource.suspend()
            self.writeState = .suspended
            handler(.writable)
        }
        self.resumeReading()
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SocketError) -> ReadOutcome {
        guard self.readState != .cancelled else { return .endOfStream }
        let count = try nonBlockingCall("read") { recv(self.descriptor, buffer.baseAddress, buffer.count, 0) }
        return switch count {
        case nil: .wouldBlock
        case 0?: .endOfStream
        case let count?: .bytes(count)
        }
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(SocketError) -> Int {
        guard self.writeState != .cancelled else { throw SocketError("write", number: EPIPE, address: self.peer) }
        let count = try nonBlockingCall("write") {
            send(self.descriptor, bytes.baseAddress, bytes.count, Platform.sendFlags)
        }
        if let count { return count }
        if self.writeState == .suspended {
            self.writeState = .active
            self.writeSource.resume()
        }
        return 0
    }

    package func pauseReading() {
        guard self.readState == .active else { return }
        self.readState = .suspended
        self.readSource.suspend()
    }

    package func resumeReading() {
        guard self.readState == .suspended else { return }
        self.readState = .active
        self.readSource.resume()
    }

    package func close() {
        guard self.readState != .cancelled else { return }
        shutdown(self.descriptor, CInt(SHUT_RDWR))
        // The descriptor may be reused as soon as it is closed, so it is closed when both sources have let go of it.
        let descriptor = self.descriptor
        let group = DispatchGroup()
        for source in [self.readSource as any DispatchSourceProtocol, self.writeSource] {
            group.enter()
            source.setCancelHandler { group.leave() }
            source.cancel()
        }
        group.notify(queue: .global()) { closeDescriptor(descriptor) }
        // A suspended source would not run its cancel handler.
        if self.readState == .suspended { self.readSource.resume() }
        if self.writeState == .suspended { self.writeSource.resume() }
        (self.readState, self.writeState) = (.cancelled, .cancelled)
    }
}
