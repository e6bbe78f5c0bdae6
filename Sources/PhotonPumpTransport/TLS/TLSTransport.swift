internal import Dispatch
internal import PhotonPumpSystem
internal import PhotonPumpWire

/// TLS over another transport, for either side. The handshake begins when it is activated; what is to be written waits
/// until that is through.
///
/// It differs from a socket in what it holds: bytes that were decrypted, or only received, are here and no longer in the
/// transport below, which therefore does not report them. They are reported by ``signal``.
package final class TLSTransport: Transport {
    /// Encrypted bytes that wait for the peer, above which no more are taken.
    private static let unsentMark = 128 << 10
    /// The same, above which the peer is thought to ask for answers without ever taking them.
    private static let unsentLimit = 4 * unsentMark
    /// Bytes from below that one read goes through, if they bring nothing, before others on the queue get their turn.
    private static let bytesPerRead = 256 << 10
    private enum Phase {
        /// Exits: `open`, `failed`, `closed`.
        case handshaking
        /// Exits: `failed`, `closed`. `ended`: the peer has closed its side.
        case open(ended: Bool)
        /// Exits: `closed`.
        case failed(TransportError)
        case closed
    }

    private let transport: any Transport
    private let queue: DispatchQueue
    private var session: TLSSession
    private var phase = Phase.handshaking
    private var allowance = HandshakeAllowance()
    private let handshakeTimeout: Duration?
    private var timer: QueueTimer?
    private let outbound = OutboundBuffer()
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 32 << 10, alignment: 16)

    private var handler: ((TransportEvent) -> Void)?
    private var signal: QueueSignal?
    /// Whether a read could find something without anything more from below.
    private var mayRead = false
    private var isPaused = false
    /// Whether somebody wants to hear that writing is worth trying again.
    private var isAwaitingRoom = false
    /// Whether the transport below has said that it takes no more.
    private var isFull = false

    /// The client's side. The caller limits the time for connecting.
    ///
    /// - Parameters:
    ///   - serverName: the name, or numeric address, that the server's certificate must be for.
    ///   - executor: the transport's.
    package convenience init(
        client transport: any Transport,
        _ context: TLSContext,
        serverName: String,
        executor: QueueExecutor
    ) throws(TLSError) {
        precondition(context.side == .client, "a client needs the context of a client")
        try self.init(transport, TLSSession(context, serverName: serverName), nil, executor)
    }

    /// The server's side.
    ///
    /// - Parameters:
    ///   - handshakeTimeout: how long the client may take for the handshake, from activation on.
    ///   - executor: the transport's.
    package convenience init(
        server transport: any Transport,
        _ context: TLSContext,
        handshakeTimeout: Duration = .seconds(10),
        executor: QueueExecutor
    ) throws(TLSError) {
        precondition(context.side == .server, "a server needs the context of a server")
        try self.init(transport, TLSSession(context, serverName: nil), handshakeTimeout, executor)
    }

    private init(
        _ transport: any Transport, _ session: consuming TLSSession, _ limit: Duration?, _ executor: QueueExecutor
    ) {
        self.transport = transport
        self.handshakeTimeout = limit
        self.session = session
        self.queue = executor.queue
    }

    deinit { self.scratch.deallocate() }

    package var peer: String { self.transport.peer }
    package var isShakingHands: Bool { if case .handshaking = self.phase { true } else { false } }
    package var untakenCount: Int { self.outbound.count + self.transport.untakenCount }

    package func activate(_ handler: @escaping (TransportEvent) -> Void) {
        self.handler = handler
        self.signal = QueueSignal(on: self.queue) { [weak self] in self?.report() }
        self.transport.activate { [weak self] event in self?.eventBelow(event) }
        if let handshakeTimeout {
            self.timer = QueueTimer(on: self.queue) { [weak self] in self?.giveUpHandshake(after: handshakeTimeout) }
            self.timer?.schedule(after: handshakeTimeout)
        }
        self.shakeHands()
        self.signal?.send()
    }

    private func eventBelow(_ event: TransportEvent) {
        switch (event, self.phase) {
        case (.writable, .handshaking), (.writable, .open):
            self.isFull = false
            self.attempt { () throws(TransportError) in try self.flush() }
        case (.readable, .handshaking):
            self.shakeHands()
        case (.readable, .open):
            self.mayRead = true
        case (_, .failed), (_, .closed):
            break
        }
        self.report()
    }

    /// Says what can be done, again and again while it is not done, as sockets do.
    private func report() {
        if self.isAwaitingRoom, self.hasRoom {
            self.isAwaitingRoom = false
            self.handler?(.writable)
        }
        if self.mayRead, !self.isPaused {
            self.handler?(.readable)
            if self.mayRead, !self.isPaused { self.signal?.send() }
        }
    }

    private var hasRoom: Bool {
        switch self.phase {
        case .handshaking, .closed: false
        case .open: self.outbound.count < Self.unsentMark
        case .failed: true
        }
    }

    package func pauseReading() {
        self.isPaused = true
        // A handshake goes on: writing depends on it.
        if case .handshaking = self.phase { return }
        self.transport.pauseReading()
    }

    package func resumeReading() {
        guard self.isPaused else { return }
        self.isPaused = false
        self.transport.resumeReading()
        if case .failed = self.phase { self.mayRead = true }
        if case .open(ended: true) = self.phase { self.mayRead = true }
        if self.mayRead { self.signal?.send() }
    }

    package func close() {
        if case .open = self.phase {
            self.session.writeEnd()
            // A peer that does not take it, or is gone, learns of the end from the transport.
            try? self.flush()
        }
        self.end { $0.close() }
    }

    package func reset() { self.end { $0.reset() } }

    private func end(_ end: (any Transport) -> Void) {
        if case .closed = self.phase { return }
        (self.phase, self.mayRead, self.handler, self.signal, self.timer) = (.closed, false, nil, nil, nil)
        self.outbound.removeAll()
        end(self.transport)
    }

    // MARK: The handshake

    /// Goes on with what has come. More than a turn's share is reported as readable again.
    private func shakeHands() {
        self.allowance.beginTurn()
        self.attempt { () throws(TransportError) in
            while true {
                let isDone = try self.ask { (session) throws(TLSError) in try session.shakeHands() }
                try self.flush()
                if isDone { break }
                if self.allowance.isTurnOver { return }
                switch try self.feed() {
                case .bytes(let count):
                    do throws(TLSError) { try self.allowance.spend(count) } catch { throw .tls(error) }
                case .wouldBlock: return
                case .endOfStream: throw .tls(.truncated)
                }
            }
            self.phase = .open(ended: false)
            self.timer = nil
            self.mayRead = self.session.hasUnread
            if self.isPaused { self.transport.pauseReading() }
        }
    }

    private func giveUpHandshake(after time: Duration) {
        guard case .handshaking = self.phase else { return }
        self.attempt { () throws(TransportError) in throw .tls(.other("the handshake did not end within \(time.words)"))
        }
        self.report()
    }

    // MARK: Reading

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(TransportError) -> ReadOutcome {
        var count = 0
        if case .open(ended: false) = self.phase {
            self.attempt { () throws(TransportError) in
                try self.fill(buffer, &count)
                // Some messages of the peer are for TLS itself, and answered.
                try self.flush()
                if self.outbound.count > Self.unsentLimit {
                    throw .tls(.other("the peer asks for answers without reading them"))
                }
            }
        }
        if count > 0 {
            // What ended the connection after these bytes is for the next read.
            if case .open(ended: false) = self.phase {
                self.mayRead = self.session.hasUnread
            } else {
                self.mayRead = true
            }
            if self.mayRead { self.signal?.send() }
            return .bytes(count)
        }
        self.mayRead = false
        switch self.phase {
        case .handshaking, .open(ended: false): return .wouldBlock
        case .open(ended: true), .closed: return .endOfStream
        case .failed(let error): throw error
        }
    }

    /// Decrypts what there is, here and below, until `buffer` is full.
    private func fill(_ buffer: UnsafeMutableRawBufferPointer, _ count: inout Int) throws(TransportError) {
        var fed = 0
        var mayBeMore = true
        while count < buffer.count {
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            switch try self.ask({ (session) throws(TLSError) in try session.read(into: room) }) {
            case .bytes(let length):
                count += length
                continue
            case .endOfStream:
                self.phase = .open(ended: true)
                return
            case .wouldBlock:
                // A read that does not fill its room has read everything; what has come since is reported again.
                if !mayBeMore || fed >= Self.bytesPerRead { return }
            }
            switch try self.feed() {
            case .bytes(let length):
                fed += length
                mayBeMore = length == self.scratch.count
            case .wouldBlock:
                return
            case .endOfStream:
                // Without an alert. A frame that is cut short by it is noticed as on plain connections.
                self.phase = .open(ended: true)
                return
            }
        }
    }

    /// Takes what has come from below.
    private func feed() throws(TransportError) -> ReadOutcome {
        let outcome = try self.transport.read(into: self.scratch)
        if case .bytes(let count) = outcome {
            let bytes = UnsafeRawBufferPointer(rebasing: self.scratch[..<count])
            try self.ask { (session) throws(TLSError) in try session.feed(bytes) }
        }
        return outcome
    }

    // MARK: Writing

    package func write(_ bytes: UnsafeRawBufferPointer) throws(TransportError) -> Int {
        switch self.phase {
        case .open: break
        case .handshaking:
            self.isAwaitingRoom = true
            return 0
        case .failed(let error): throw error
        case .closed: throw .socket(SocketError("write", number: EPIPE, address: self.peer))
        }
        var count = 0
        self.attempt { () throws(TransportError) in
            while count < bytes.count, self.outbound.count < Self.unsentMark {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[count...])
                count += try self.ask { (session) throws(TLSError) in try session.write(rest) }
                self.session.takeOutput(into: self.outbound)
            }
            try self.flush()
        }
        if case .failed(let error) = self.phase { throw error }
        if count == 0 { self.isAwaitingRoom = true }
        return count
    }

    /// Writes what is encrypted, as far as the transport below takes it.
    private func flush() throws(TransportError) {
        self.session.takeOutput(into: self.outbound)
        guard !self.isFull else { return }
        do {
            try self.outbound.drain { (bytes) throws(TransportError) in try self.transport.write(bytes) }
        } catch {
            throw self.lastWords ?? error
        }
        self.isFull = !self.outbound.isEmpty
    }

    /// Why the peer has closed the connection, if it said so: more than a failed write can tell.
    private var lastWords: TransportError? {
        do throws(TransportError) {
            guard case .bytes = try self.feed() else { return nil }
            try self.ask { (session) throws(TLSError) in try session.listenForAlert() }
            return nil
        } catch .tls(let error) {
            return .tls(error)
        } catch {
            return nil
        }
    }

    // MARK: Failing

    private func ask<R>(_ work: (inout TLSSession) throws(TLSError) -> R) throws(TransportError) -> R {
        do {
            return try work(&self.session)
        } catch {
            throw .tls(error)
        }
    }

    /// Keeps what `work` throws, for whoever reads or writes next.
    private func attempt(_ work: () throws(TransportError) -> Void) {
        do {
            try work()
        } catch {
            self.phase = .failed(error)
            self.mayRead = true
            // The alert that tells the peer why. It may be gone.
            self.session.takeOutput(into: self.outbound)
            _ = try? self.outbound.drain { (bytes) throws(TransportError) in try self.transport.write(bytes) }
        }
    }
}
