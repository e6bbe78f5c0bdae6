package import PhotonPumpTransport

/// A transport without a socket: reads come from a list, writes go into one.
package final class ScriptedTransport: Transport {
    package let peer = "script"

    /// What the next reads return, in order; after them they would block.
    package var reads: [Result<[UInt8], TransportError>] = []
    /// Whether, after ``reads``, the other side has closed.
    package var isEnded = false
    /// How many bytes the next writes take, in order; after them as many as there are.
    package var room: [Int] = []
    /// Why no write can be made any more.
    package var writeFailure: TransportError?
    package private(set) var written: [UInt8] = []
    package private(set) var isClosed = false
    package private(set) var isPaused = false
    private var handler: ((TransportEvent) -> Void)?

    package init() {}

    package func activate(_ handler: @escaping (TransportEvent) -> Void) {
        self.handler = handler
    }

    /// Reports an event as a socket would.
    package func report(_ event: TransportEvent) {
        self.handler?(event)
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(TransportError) -> ReadOutcome {
        guard !self.reads.isEmpty else { return self.isEnded ? .endOfStream : .wouldBlock }
        let bytes = try self.reads[0].get()
        let part = min(bytes.count, buffer.count)
        bytes.prefix(part).withUnsafeBytes { buffer.copyMemory(from: $0) }
        if part == bytes.count { self.reads.removeFirst() } else { self.reads[0] = .success(Array(bytes[part...])) }
        return .bytes(part)
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(TransportError) -> Int {
        if let writeFailure { throw writeFailure }
        let part = self.room.isEmpty ? bytes.count : min(self.room.removeFirst(), bytes.count)
        self.written += bytes.prefix(part)
        return part
    }

    package var untakenCount: Int { 0 }

    package func pauseReading() { self.isPaused = true }
    package func resumeReading() { self.isPaused = false }
    package func close() { self.isClosed = true }
}
