/// A GUID as the wire carries it: .NET order, in which the first three groups of the text form are reversed.
///
/// ```
/// text   01234567-89ab-cdef-0123-456789abcdef
/// bytes  67 45 23 01  ab 89  ef cd  01 23  45 67 89 ab cd ef
/// ```
/// The swap exists only here. Correlation ids and event ids are GUIDs.
package struct GUID: Hashable, Comparable, Sendable {
    package static let byteCount = 16
    package static let zero = GUID(first: 0, second: 0)

    /// The 16 bytes in wire order, as two integers of the machine's own byte order.
    private let first: UInt64
    private let second: UInt64

    private init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }

    /// A GUID of two numbers, such as a random half and a counted half.
    package init(_ first: UInt64, _ second: UInt64) {
        self.init(first: first.littleEndian, second: second.littleEndian)
    }

    /// An order that means nothing, but is always the same.
    package static func < (first: Self, second: Self) -> Bool {
        (first.first, first.second) < (second.first, second.second)
    }

    /// A number that depends on every bit, for tables of many of them.
    package func mixed(with salt: UInt64) -> UInt64 {
        var mixed = (self.first ^ salt) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 32) ^ self.second) &* 0xD6E8_FEB8_6659_FD93
        return mixed ^ (mixed >> 32)
    }

    /// Reads 16 bytes in wire order; `nil` when `bytes` has another length.
    package init?(wire bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(
            first: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
            second: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        )
    }

    /// Writes 16 bytes in wire order.
    package func write(to bytes: UnsafeMutableRawPointer) {
        bytes.storeBytes(of: self.first, as: UInt64.self)
        bytes.storeBytes(of: self.second, toByteOffset: 8, as: UInt64.self)
    }

    /// Sixteen bytes in the order of the text form, the layout of `UUID.uuid`.
    package typealias TextOrder = (
        UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8
    )

    package init(textOrder t: TextOrder) {
        let wire: TextOrder = (t.3, t.2, t.1, t.0, t.5, t.4, t.7, t.6, t.8, t.9, t.10, t.11, t.12, t.13, t.14, t.15)
        (self.first, self.second) = withUnsafeBytes(of: wire) {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
    }

    package var textOrder: TextOrder {
        var w: TextOrder = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &w) { bytes in
            bytes.storeBytes(of: self.first, as: UInt64.self)
            bytes.storeBytes(of: self.second, toByteOffset: 8, as: UInt64.self)
        }
        return (w.3, w.2, w.1, w.0, w.5, w.4, w.7, w.6, w.8, w.9, w.10, w.11, w.12, w.13, w.14, w.15)
    }
}

extension GUID: CustomStringConvertible {
    package var description: String {
        let digits = Array("0123456789abcdef")
        return withUnsafeBytes(of: self.textOrder) { bytes in
            bytes.enumerated().reduce(into: "") { text, next in
                if [4, 6, 8, 10].contains(next.offset) { text.append("-") }
                text.append(digits[Int(next.element >> 4)])
                text.append(digits[Int(next.element & 15)])
            }
        }
    }
}
