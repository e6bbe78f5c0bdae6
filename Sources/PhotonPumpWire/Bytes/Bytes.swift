/// An immutable slice of a ``ByteBlock``: copying or slicing it copies no byte.
package struct Bytes: Sendable {
    let block: ByteBlock
    let offset: Int
    package let count: Int

    init(block: ByteBlock, offset: Int, count: Int) {
        self.block = block
        self.offset = offset
        self.count = count
    }

    package init() {
        self.init(block: .empty, offset: 0, count: 0)
    }

    /// A block of its own with `count` bytes, which `fill` must write.
    init(count: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) {
        let block = ByteBlock(capacity: count)
        fill(UnsafeMutableRawBufferPointer(start: block.base, count: count))
        self.init(block: block, offset: 0, count: count)
    }

    /// Copies `source` into a block of its own.
    package init(copying source: UnsafeRawBufferPointer) {
        if source.isEmpty { self.init() } else { self.init(count: source.count) { $0.copyMemory(from: source) } }
    }

    package init(_ source: some Collection<UInt8>) {
        if let copied = source.withContiguousStorageIfAvailable({ Bytes(copying: UnsafeRawBufferPointer($0)) }) {
            self = copied
        } else {
            self = Array(source).withUnsafeBytes { Bytes(copying: $0) }
        }
    }

    package init(utf8 text: String) {
        self.init(text.utf8)
    }

    package var isEmpty: Bool { self.count == 0 }

    package func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        defer { withExtendedLifetime(self.block) {} }
        return try body(UnsafeRawBufferPointer(start: self.start, count: self.count))
    }

    /// Valid while `self` is kept alive.
    var start: UnsafeMutableRawPointer { self.block.base + self.offset }

    package subscript(position: Int) -> UInt8 {
        precondition(position >= 0 && position < self.count, "index out of range")
        return self.start.load(fromByteOffset: position, as: UInt8.self)
    }

    /// The part `range` of this slice; traps when the range is not within `0..<count`.
    package func slice(_ range: Range<Int>) -> Bytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= self.count, "slice out of range")
        return Bytes(block: self.block, offset: self.offset + range.lowerBound, count: range.count)
    }

    /// The bytes as UTF-8 text, with U+FFFD in place of what is not.
    package var text: String {
        self.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}

extension Bytes: Hashable {
    package static func == (a: Bytes, b: Bytes) -> Bool {
        a.count == b.count && a.withUnsafeBytes { x in b.withUnsafeBytes { y in x.elementsEqual(y) } }
    }

    package func hash(into hasher: inout Hasher) {
        self.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
