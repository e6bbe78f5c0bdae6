/// Bytes waiting to be written, in one run of memory, so that the packages of one turn go out in one write.
///
/// It grows with what is appended (its owner stops appending above a mark of its own) and gives memory above
/// `keptCapacity` back when everything is written.
package final class OutboundBuffer {
    private static let keptCapacity = 1 << 20

    private var memory: UnsafeMutableRawBufferPointer
    private var head = 0
    private var tail = 0

    package init(capacity: Int = 16 << 10) {
        self.memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        self.memory.deallocate()
    }

    /// Bytes not yet written.
    package var count: Int { self.tail - self.head }
    package var isEmpty: Bool { self.head == self.tail }

    /// Appends exactly `length` bytes, which `body` must fill.
    package func append(_ length: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
        self.reserve(length)
        body(UnsafeMutableRawBufferPointer(rebasing: self.memory[self.tail..<self.tail + length]))
        self.tail += length
    }

    package func append(_ bytes: Bytes) {
        bytes.withUnsafeBytes { source in
            self.append(source.count) { $0.copyMemory(from: source) }
        }
    }

    /// Hands the waiting bytes to `body` until none are left or it takes none.
    ///
    /// - Parameter body: writes a prefix and returns its length; 0 means that no more can be written now.
    package func drain<E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> Int) throws(E) {
        while self.head < self.tail {
            let written = try body(UnsafeRawBufferPointer(rebasing: self.memory[self.head..<self.tail]))
            if written == 0 { return }
            self.head += written
        }
        self.removeAll()
    }

    package func removeAll() {
        (self.head, self.tail) = (0, 0)
        if self.memory.count > Self.keptCapacity { self.replaceMemory(capacity: Self.keptCapacity) }
    }

    private func reserve(_ length: Int) {
        guard self.memory.count - self.tail < length else { return }
        let needed = self.count + length
        if needed <= self.memory.count / 2 {
            self.memory.baseAddress?.copyMemory(from: self.unwritten, byteCount: self.count)
            (self.head, self.tail) = (0, self.count)
        } else {
            self.replaceMemory(capacity: max(needed, self.memory.count * 2))
        }
    }

    private var unwritten: UnsafeRawPointer { UnsafeRawPointer(self.memory.baseAddress.unsafelyUnwrapped + self.head) }

    private func replaceMemory(capacity: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
        larger.baseAddress?.copyMemory(from: self.unwritten, byteCount: self.count)
        self.memory.deallocate()
        self.memory = larger
        (self.head, self.tail) = (0, self.count)
    }
}
