internal import PhotonPumpSystem

/// A plain TCP connection.
package final class SocketTransport: Transport {
    package let peer: String

    let descriptor: CInt
    private let executor: QueueExecutor
    private let poller: Poller
    /// From its activation on.
    private var watch: Watch?
    private var interest: Readiness = []
    private var isClosed = false
    /// Why the system would not wait for it. Reading and writing fail with it, so that nobody else waits in vain.
    private var failure: SocketError?

    /// - Parameter executor: on whose queue readiness is reported and everything else must be called.
    init(_ descriptor: consuming OwnedDescriptor, peer: String, executor: QueueExecutor) throws(SocketError) {
        self.executor = executor
        self.poller = try executor.poller()
        self.peer = peer
        self.descriptor = descriptor.release()
        var on: CInt = 1
        // Packages are coalesced by us; waiting for more would only delay them. A socket without it still works.
        _ = setsockopt(self.descriptor, Platform.tcp, TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    }

    deinit {
        self.close()
    }

    package func activate(_ handler: @escaping (TransportEvent) -> Void) {
        let report = { [weak self] (readiness: Readiness) in self?.report(readiness, to: handler) ?? () }
        let former = self.watch
        self.setInterest([])
        self.watch = self.poller.add(self.descriptor, QueueBound(report, to: self.executor))
        if let former { self.poller.remove(former) }
        self.setInterest(.reading)
    }

    private func report(_ readiness: Readiness, to handler: (TransportEvent) -> Void) {
        let isBroken = !readiness.isDisjoint(with: .broken)
        if self.interest.contains(.writing), isBroken || readiness.contains(.writing) {
            self.setInterest(self.interest.subtracting(.writing))
            handler(.writable)
        }
        if self.interest.contains(.reading), isBroken || readiness.contains(.reading) {
            handler(.readable)
        }
    }

    private func setInterest(_ interest: Readiness) {
        guard !self.isClosed, interest != self.interest else { return }
        let former = exchange(&self.interest, with: interest)
        guard let watch else { return }
        do throws(SocketError) {
            if let failure { throw failure }
            try self.poller.change(former, to: interest, for: watch)
        } catch {
            self.failure = error
            self.executor.run(here: false) { watch.report(.broken) }
        }
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(TransportError) -> ReadOutcome {
        guard !self.isClosed else { return .endOfStream }
        let count = try self.call("read") { recv(self.descriptor, buffer.baseAddress, buffer.count, 0) }
        return switch count {
        case nil: .wouldBlock
        case 0?: .endOfStream
        case let count?: .bytes(count)
        }
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(TransportError) -> Int {
        guard !self.isClosed else { throw .socket(SocketError("write", number: EPIPE, address: self.peer)) }
        let count = try self.call("write") {
            send(self.descriptor, bytes.baseAddress, bytes.count, Platform.sendFlags)
        }
        if let count { return count }
        self.setInterest(self.interest.union(.writing))
        return 0
    }

    private func call(_ operation: String, _ call: () -> Int) throws(TransportError) -> Int? {
        do throws(SocketError) {
            if let failure { throw failure }
            return try nonBlockingCall(operation, call)
        } catch {
            throw .socket(error)
        }
    }

    package var untakenCount: Int { self.isClosed ? 0 : Platform.unsentCount(self.descriptor) }

    package func pauseReading() {
        self.setInterest(self.interest.subtracting(.reading))
    }

    package func resumeReading() {
        self.setInterest(self.interest.union(.reading))
    }

    package func close() {
        // Ends a wait for the descriptor that is going on, which would keep the connection open.
        self.end { shutdown($0, CInt(SHUT_RDWR)) }
    }

    package func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        self.end { setsockopt($0, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size)) }
    }

    private func end(_ prepare: (CInt) -> CInt) {
        guard !self.isClosed else { return }
        self.setInterest([])
        self.isClosed = true
        // With its handler, which may hold on to this transport.
        if let watch = exchange(&self.watch, with: nil) { self.poller.remove(watch) }
        _ = prepare(self.descriptor)
        closeDescriptor(self.descriptor)
    }
}
