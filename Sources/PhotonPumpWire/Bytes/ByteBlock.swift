/// A run of memory with a fixed address that any number of ``Bytes`` share; it is freed with the last of them.
///
/// `@unchecked Sendable` is sound because of one rule that every writer in this folder keeps: bytes are written
/// before the first ``Bytes`` covering them is made, and never again while such a slice may exist. A writer goes on
/// filling the part no slice covers, or starts over once it holds the only reference.
package final class ByteBlock: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        self.base = .allocate(byteCount: max(capacity, 1), alignment: 16)
    }

    deinit {
        self.base.deallocate()
    }

    static let empty = ByteBlock(capacity: 0)
}
