public import Foundation
internal import PhotonPumpWire

/// The bytes of an event's data or metadata: an immutable collection that is passed around without being copied.
///
/// Make `Data`, an array or text of it with `Data(payload)`, `Array(payload)` or ``text``. The payloads of events that
/// were read together share blocks of at most 32 KiB; keeping one keeps its block.
public struct Payload: Sendable, Hashable {
    let bytes: Bytes

    init(_ bytes: Bytes) {
        self.bytes = bytes
    }

    /// No bytes.
    public init() {
        self.bytes = Bytes()
    }

    /// A copy of `bytes`.
    public init(_ bytes: some Collection<UInt8>) {
        self.bytes = Bytes(bytes)
    }

    /// `text` in UTF-8.
    public init(_ text: String) {
        self.bytes = Bytes(utf8: text)
    }

    /// The bytes as UTF-8 text, with U+FFFD in place of what is not UTF-8.
    public var text: String { self.bytes.text }
}

extension Payload: RandomAccessCollection {
    /// The first position, always 0.
    public var startIndex: Int { 0 }
    /// The position behind the last byte: the number of bytes.
    public var endIndex: Int { self.bytes.count }

    /// The byte at `position`; traps when there is none.
    public subscript(position: Int) -> UInt8 { self.bytes[position] }

    /// Calls `body` with the bytes where they are.
    public func withContiguousStorageIfAvailable<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R? {
        try self.bytes.withUnsafeBytes { try $0.withMemoryRebound(to: UInt8.self, body) }
    }
}

extension Payload: ContiguousBytes {
    /// Calls `body` with the bytes where they are; the pointer is valid during the call only.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try self.bytes.withUnsafeBytes(body)
    }
}

extension Payload: ExpressibleByStringLiteral {
    /// A literal's text in UTF-8.
    public init(stringLiteral text: String) {
        self.init(text)
    }
}
