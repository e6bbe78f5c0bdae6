package import PhotonPumpWire

/// A transport with packages going in and out; used from the transport's queue only.
///
/// What is sent within one turn of the queue is collected and goes out in one write by ``flush()``.
package final class PackageChannel {
    /// Bytes read in one turn before others on the queue get theirs.
    private static let bytesPerTurn = 1 << 20

    private let transport: any Transport
    private var decoder: FrameDecoder
    private let outbound = OutboundBuffer()
    /// Packages that were collected since this was last taken.
    private var collected = 0
    private var waitsForRoom = false

    /// - Parameters:
    ///   - frameLimit: the largest frame to take.
    ///   - skipLimit: the largest frame to pass over, so that the connection survives it.
    package init(
        _ transport: any Transport, frameLimit: Int = FrameDecoder.standardLimit, skipLimit: Int = 0
    ) {
        self.transport = transport
        self.decoder = FrameDecoder(limit: frameLimit, skipLimit: skipLimit)
    }

    package var peer: String { self.transport.peer }

    /// Whether nothing can be sent yet because a handshake is under way below.
    package var isShakingHands: Bool { self.transport.isShakingHands }

    /// Bytes waiting for the peer to take them.
    package var unsentCount: Int { self.outbound.count }

    /// Bytes that the peer has not taken yet: those that wait here, and those on their way.
    package var untakenCount: Int { self.unsentCount + self.transport.untakenCount }

    /// Bytes of a frame that is not complete yet.
    package var unfinishedCount: Int { self.decoder.unfinishedCount }

    /// The frame that has begun to arrive, if that much of it has come.
    package var unfinished: LargeFrame? { self.decoder.unfinished }

    /// Starts reporting readiness: answer ``TransportEvent/readable`` with ``receive(_:)`` and
    /// ``TransportEvent/writable`` with ``flush()``.
    package func activate(_ handler: @escaping (TransportEvent) -> Void) {
        self.transport.activate { [weak self] event in
            if event == .writable { self?.waitsForRoom = false }
            handler(event)
        }
    }

    /// Collects a package for the next ``flush()``.
    package func send(_ package: Package) {
        self.collected += 1
        self.outbound.append(package)
    }

    package func send(_ message: some WireMessage, _ command: Command, _ correlation: GUID, login: Login? = nil) {
        self.collected += 1
        message.append(to: self.outbound, command, correlation, login: login)
    }

    /// Collects bytes as they are.
    package func send(_ bytes: Bytes) {
        self.outbound.append(bytes)
    }

    /// How many packages were collected since the last call.
    package func takeCollected() -> Int {
        defer { self.collected = 0 }
        return self.collected
    }

    /// Writes what was collected, as far as the peer takes it; the rest waits for ``TransportEvent/writable``.
    package func flush() throws(ChannelError) {
        guard !self.waitsForRoom else { return }
        do {
            try self.outbound.drain { (bytes) throws(TransportError) in try self.transport.write(bytes) }
        } catch {
            throw .transport(error)
        }
        self.waitsForRoom = !self.outbound.isEmpty
    }

    /// Reads what has arrived and gives each package to `handle`, in order. Bytes beyond this turn's share are
    /// reported as readable again.
    ///
    /// - Returns: how many bytes arrived.
    package func receive(_ handle: (Package) -> Void) throws(ChannelError) -> Int {
        try self.receiveFrames { if case .package(let package) = $0 { handle(package) } }
    }

    /// As ``receive(_:)``, with the large frames that are passed over.
    package func receiveFrames(_ handle: (Frame) -> Void) throws(ChannelError) -> Int {
        var total = 0
        while total < Self.bytesPerTurn {
            let (outcome, mayBeMore) = try self.readOnce()
            do {
                while let frame = try self.decoder.nextFrame() { handle(frame) }
            } catch {
                throw .frame(error)
            }
            switch outcome {
            case .bytes(let count):
                total += count
                // Readiness is reported again if something has come since.
                if !mayBeMore { return total }
            case .wouldBlock: return total
            case .endOfStream: throw .endOfStream(unfinished: self.decoder.unfinishedCount)
            }
        }
        return total
    }

    /// Reads once; if that fills all the room, there may be more.
    private func readOnce() throws(ChannelError) -> (ReadOutcome, mayBeMore: Bool) {
        var outcome = ReadOutcome.wouldBlock
        var mayBeMore = false
        do {
            try self.decoder.fill { (room) throws(TransportError) in
                outcome = try self.transport.read(into: room)
                guard case .bytes(let count) = outcome else { return 0 }
                mayBeMore = count == room.count
                return count
            }
        } catch {
            throw .transport(error)
        }
        return (outcome, mayBeMore)
    }

    package func pauseReading() {
        self.transport.pauseReading()
    }

    package func resumeReading() {
        self.transport.resumeReading()
    }

    /// Ends the connection so that the peer sees it broken; what has not reached it is dropped.
    package func reset() {
        self.transport.reset()
        self.outbound.removeAll()
    }

    /// Ends the connection; what was not flushed is dropped, and everything else still reaches the peer.
    package func close() {
        self.transport.close()
        self.outbound.removeAll()
    }
}
