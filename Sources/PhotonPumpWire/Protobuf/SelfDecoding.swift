/// A message that reads its own bytes, as long as they are what servers write: known fields, in order, and each at most
/// once.
///
/// This is the counterpart of ``SelfEncoding``, for the same reason: protobuf-c took four fifths of the time that a client
/// had for an event. Whatever looks different is left to protobuf-c, so what is an error, and what it says, is decided in
/// one place; tests compare both.
protocol SelfDecoding: ProtobufMessage {
    /// nil for what servers do not write.
    init?(plain reader: inout ProtobufReader)
}

extension SelfDecoding {
    package init(decoding payload: Bytes) throws(MalformedMessage) {
        let plain = payload.withUnsafeBytes { bytes in
            var reader = ProtobufReader(bytes)
            return Self(plain: &reader)
        }
        self = if let plain { plain } else { try Self.unpacked(payload) }
    }
}

/// Reads the fields of a message one behind the other, as ``ProtobufWriter`` writes them.
///
/// Ask for every field of a message in turn. A field that is missing is nil. One that is out of its place, of another
/// kind, or broken is never passed, so that the end is not reached.
struct ProtobufReader {
    /// What protobuf-c accepts as a length.
    private static let mostLengthBytes = 5

    private var cursor: UnsafeRawPointer
    private let end: UnsafeRawPointer
    private var isBroken = false

    /// - Parameter bytes: what they are in must stay where it is.
    init(_ bytes: UnsafeRawBufferPointer) {
        // A message without fields has no bytes, and perhaps no memory for them; nothing is read then.
        self.cursor = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
        self.end = self.cursor + bytes.count
    }

    /// Whether all fields have been read.
    var isAtEnd: Bool { self.cursor == self.end && !self.isBroken }

    var remainingCount: Int { self.end - self.cursor }

    @inline(__always)
    mutating func number(_ field: UInt8) -> Int64? {
        guard self.takes(field << 3) else { return nil }
        return self.varint().map { Int64(bitPattern: $0) }
    }

    @inline(__always)
    mutating func content(_ field: UInt8) -> UnsafeRawBufferPointer? {
        guard self.takes(field << 3 | 2) else { return nil }
        let start = self.cursor
        guard let count = self.varint() else { return nil }
        guard self.cursor - start <= Self.mostLengthBytes, count <= self.end - self.cursor else {
            self.isBroken = true
            return nil
        }
        let content = UnsafeRawBufferPointer(start: self.cursor, count: Int(truncatingIfNeeded: count))
        self.cursor += content.count
        return content
    }

    mutating func text(_ field: UInt8) -> String? {
        self.content(field).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A field that is a message.
    mutating func message(_ field: UInt8) -> ProtobufReader? {
        self.content(field).map { ProtobufReader($0) }
    }

    /// How often a field comes from here on.
    func count(of field: UInt8) -> Int {
        var (rest, count) = (self, 0)
        while rest.content(field) != nil { count += 1 }
        return count
    }

    @inline(__always)
    private mutating func takes(_ tag: UInt8) -> Bool {
        guard self.cursor != self.end, !self.isBroken, self.cursor.load(as: UInt8.self) == tag else { return false }
        self.cursor += 1
        return true
    }

    /// Most numbers have one byte. Only this, and what is between it and a field, is worth being compiled into each place:
    /// it halves what an event takes.
    @inline(__always)
    private mutating func varint() -> UInt64? {
        guard self.cursor != self.end, case let byte = self.cursor.load(as: UInt8.self), byte < 0x80 else {
            return self.longVarint()
        }
        self.cursor += 1
        return UInt64(byte)
    }

    private mutating func longVarint() -> UInt64? {
        var (cursor, value, shift): (UnsafeRawPointer, UInt64, UInt64) = (self.cursor, 0, 0)
        while cursor != self.end {
            let byte = cursor.load(as: UInt8.self)
            cursor += 1
            // The tenth has only one bit of the number.
            if shift == 63, byte > 1 { break }
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 {
                self.cursor = cursor
                return value
            }
            shift += 7
        }
        self.isBroken = true
        return nil
    }
}
