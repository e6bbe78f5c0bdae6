internal import PhotonPumpSystem
internal import Synchronization

/// One side of a connection within this process.
///
/// It behaves as a socket does: readiness is reported again while there is something to read, what was written before
/// the connection was closed can still be read, and a peer that does not read holds up the writer.
final class MemoryTransport: Transport {
    let peer: String
    private let ends: MemoryEnds
    private let host: MemoryHost
    private let executor: QueueExecutor
    private var call: MemoryCall?
    private var isReading = false
    private var awaitsRoom = false
    private var isClosed = false

    /// - Parameters:
    ///   - host: what carries the bytes.
    ///   - executor: on whose queue readiness is reported and everything else must be called.
    init(_ ends: MemoryEnds, peer: String, on host: MemoryHost, _ executor: QueueExecutor) {
        self.ends = ends
        self.host = host
        self.peer = peer
        self.executor = executor
    }

    deinit {
        self.close()
    }

    func activate(_ handler: @escaping (TransportEvent) -> Void) {
        let look = { [weak self] in self?.look(handler) ?? () }
        let call = MemoryCall(QueueBound(look, to: self.executor), self.executor)
        self.call = call
        let host = self.host
        self.ends.incoming.setReader { call.post(by: host) }
        self.ends.outgoing.setWriter { call.post(by: host) }
        self.resumeReading()
    }

    /// Reports what has become possible.
    private func look(_ handler: (TransportEvent) -> Void) {
        if self.awaitsRoom, self.ends.outgoing.hasRoom {
            self.awaitsRoom = false
            handler(.writable)
        }
        if self.isReading, self.ends.incoming.isReadable {
            handler(.readable)
            self.lookAgain()
        }
    }

    /// What is not read yet is reported again.
    private func lookAgain() {
        if self.isReading, self.ends.incoming.isReadable { self.call?.post() }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(TransportError) -> ReadOutcome {
        guard !self.isClosed else { return .endOfStream }
        do {
            return try self.ends.incoming.read(into: buffer)
        } catch {
            throw .socket(SocketError("read", number: error.number, address: self.peer))
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(TransportError) -> Int {
        guard !self.isClosed else { throw .socket(SocketError("write", number: EPIPE, address: self.peer)) }
        do {
            let count = try self.ends.outgoing.write(bytes)
            self.awaitsRoom = count < bytes.count
            return count
        } catch {
            throw .socket(SocketError("write", number: error.number, address: self.peer))
        }
    }

    var untakenCount: Int { self.isClosed ? 0 : self.ends.outgoing.untakenCount }

    func pauseReading() {
        self.isReading = false
    }

    func resumeReading() {
        guard !self.isClosed, !self.isReading else { return }
        self.isReading = true
        self.lookAgain()
    }

    func close() {
        self.end { $0.close() }
    }

    func reset() {
        self.end { $0.reset() }
    }

    private func end(_ end: (MemoryEnds) -> Void) {
        guard !self.isClosed else { return }
        self.isClosed = true
        self.isReading = false
        self.awaitsRoom = false
        self.call = nil
        end(self.ends)
    }
}

/// Has a look taken on a queue, once for all the times it was asked for until then.
private final class MemoryCall: Sendable {
    private let look: QueueBound<() -> Void>
    private let executor: QueueExecutor
    private let isPosted = Atomic(false)

    init(_ look: QueueBound<() -> Void>, _ executor: QueueExecutor) {
        self.look = look
        self.executor = executor
    }

    /// - Parameter host: what the reason for it comes by, from the other side.
    func post(by host: MemoryHost? = nil) {
        guard !self.isPosted.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let look: @Sendable () -> Void = {
            self.isPosted.store(false, ordering: .sequentiallyConsistent)
            self.look.value()
        }
        if let host { host.carry(to: self.executor, look) } else { self.executor.run(here: false, look) }
    }
}
