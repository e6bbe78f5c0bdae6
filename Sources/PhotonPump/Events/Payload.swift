public import PhotonPumpSystem
internal import PhotonPumpWire

/// The bytes of an event's data or metadata: an immutable collection that can be passed around without copying.
///
/// Use `Data(payload)`, `Array(payload)` or ``text`` to convert it. Payloads of events that were read or pushed together
/// share blocks of at most 32 KiB; keeping one of them keeps its block.
public struct Payload: Sendable, Hashable {
    let bytes: Bytes

    init(_ bytes: Bytes) {
        self.bytes = bytes
    }

    /// Creates an empty payload.
    public init() {
        self.bytes = Bytes()
    }

    /// Creates a payload with a copy of `bytes`.
    public init(_ bytes: some Collection<UInt8>) {
        self.bytes = Bytes(bytes)
    }

    /// Creates a payload with `text` in UTF-8.
    public init(_ text: String) {
        self.bytes = Bytes(utf8: text)
    }

    /// The bytes as UTF-8 text; invalid UTF-8 is replaced by U+FFFD.
    public var text: String { self.bytes.text }
}

extension Payload: RandomAccessCollection {
    /// The first position, always 0.
    public var startIndex: Int { 0 }
    /// The position after the last byte, which is the number of bytes.
    public var endIndex: Int { self.bytes.count }

    /// The byte at `position`; traps if there is none.
    public subscript(position: Int) -> UInt8 { self.bytes[position] }

    /// Calls `body` with the bytes in place.
    public func withContiguousStorageIfAvailable<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R? {
        try self.bytes.withUnsafeBytes { try $0.withMemoryRebound(to: UInt8.self, body) }
    }
}

extension Payload: ContiguousBytes {
    /// Calls `body` with the bytes in place; the pointer is valid only during the call.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try self.bytes.withUnsafeBytes(body)
    }
}

extension Payload: ExpressibleByStringLiteral {
    /// Creates a payload with the literal's text in UTF-8.
    public init(stringLiteral text: String) {
        self.init(text)
    }
}
