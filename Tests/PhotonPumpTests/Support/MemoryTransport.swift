import PhotonPumpTransport
import PhotonPumpWire
import Synchronization

/// A connection without a socket: what is written to it is kept, and what is to arrive is put there by a test, which also
/// tells when there is something to read.
final class MemoryTransport: Transport, Dialling, Sendable {
    private struct State {
        var arrived: [UInt8] = []
        var written: [UInt8] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    var isClosed: Bool { self.state.withLock { $0.isClosed } }

    /// Packages arrive.
    func deliver(_ packages: Package...) {
        let buffer = OutboundBuffer()
        for package in packages { buffer.append(package) }
        buffer.drain { bytes in
            self.state.withLock { $0.arrived += bytes }
            return bytes.count
        }
    }

    /// The packages written since this was last asked.
    func written() throws -> [Package] {
        var decoder = FrameDecoder()
        let bytes = self.state.withLock { state in
            defer { state.written = [] }
            return state.written
        }
        bytes.withUnsafeBytes { decoder.append($0) }
        var packages: [Package] = []
        while let package = try decoder.next() { packages.append(package) }
        return packages
    }

    // MARK: Dialling

    func start() {}
    func takeTransport() -> any Transport { self }
    func cancel() { self.close() }

    // MARK: Transport

    var peer: String { "memory" }
    var untakenCount: Int { 0 }

    func activate(_ handler: @escaping (TransportEvent) -> Void) {}

    func read(into buffer: UnsafeMutableRawBufferPointer) -> ReadOutcome {
        self.state.withLock { state in
            guard !state.arrived.isEmpty else { return .wouldBlock }
            let count = min(buffer.count, state.arrived.count)
            buffer.copyBytes(from: state.arrived.prefix(count))
            state.arrived.removeFirst(count)
            return .bytes(count)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        self.state.withLock { $0.written += bytes }
        return bytes.count
    }

    func pauseReading() {}
    func resumeReading() {}
    func close() { self.state.withLock { $0.isClosed = true } }
}
