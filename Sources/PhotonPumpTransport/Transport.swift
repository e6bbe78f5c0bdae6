/// A connected pair of byte streams, non-blocking, used from one serial queue only.
///
/// Plain sockets are one implementation; TLS and the scripted transports of tests take its place.
package protocol Transport: AnyObject {
    /// The peer's address, for people.
    var peer: String { get }

    /// Whether nothing is written yet because of a handshake.
    var isShakingHands: Bool { get }

    /// Starts reporting readiness. `handler` runs on the transport's queue and never after ``close()``.
    func activate(_ handler: @escaping (TransportEvent) -> Void)

    /// Reads what is there, up to the size of `buffer`.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(TransportError) -> ReadOutcome

    /// Writes a prefix of `bytes` and returns its length. After 0, ``TransportEvent/writable`` follows when it is
    /// worth trying again.
    func write(_ bytes: UnsafeRawBufferPointer) throws(TransportError) -> Int

    /// How many of the bytes written the peer has not taken yet, as far as the system can tell.
    var untakenCount: Int { get }

    /// Stops ``TransportEvent/readable`` until ``resumeReading()``; the peer is held up once its window is full.
    func pauseReading()
    func resumeReading()

    /// Ends the connection both ways. Calling it again does nothing.
    func close()

    /// Ends the connection like ``close()``, but where the transport can do that the peer sees it broken, and what has
    /// not reached it is not delivered any more.
    func reset()
}

extension Transport {
    package var isShakingHands: Bool { false }
    package func reset() { self.close() }
}

/// A reason for looking at a transport again.
package enum TransportEvent: Hashable, Sendable {
    /// Bytes, the end of the stream or an error can be read.
    case readable
    /// A write that could not proceed can.
    case writable
}

/// What a read found.
package enum ReadOutcome: Hashable, Sendable {
    case bytes(Int)
    case wouldBlock
    /// The peer has closed its side.
    case endOfStream
}
