package import PhotonPumpTransport

/// A transport that gives and takes one byte at a time, and stops and goes on reading after each of them.
package final class TricklingTransport: Transport {
    private let transport: any Transport

    package init(_ transport: any Transport) {
        self.transport = transport
    }

    package var peer: String { self.transport.peer }
    package var untakenCount: Int { self.transport.untakenCount }

    package func activate(_ handler: @escaping (TransportEvent) -> Void) {
        self.transport.activate(handler)
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(TransportError) -> ReadOutcome {
        self.transport.pauseReading()
        defer { self.transport.resumeReading() }
        return try self.transport.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(1)))
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(TransportError) -> Int {
        try self.transport.write(UnsafeRawBufferPointer(rebasing: bytes.prefix(1)))
    }

    package func pauseReading() { self.transport.pauseReading() }
    package func resumeReading() { self.transport.resumeReading() }
    package func close() { self.transport.close() }
}
