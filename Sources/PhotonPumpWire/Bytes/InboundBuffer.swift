/// The reusable memory a socket is read into, and from which payloads are cut without copying.
///
/// It holds `capacity` bytes, grows to at most twice the bytes it has received while one message is longer, and
/// falls back to `capacity` once a block above `keptCapacity` is used up.
package struct InboundBuffer {
    private static let keptCapacity = 4 << 20

    private let capacity: Int
    private var block: ByteBlock
    private var head = 0
    private var tail = 0

    package init(capacity: Int = 128 << 10) {
        self.capacity = capacity
        self.block = ByteBlock(capacity: capacity)
    }

    /// Bytes received and not yet taken.
    package var count: Int { self.tail - self.head }

    /// Lets `body` write behind the received bytes and say how many it wrote.
    ///
    /// - Parameter missing: how many bytes the message at the front still lacks, as far as that is known.
    package mutating func fill<E: Error>(
        missing: Int,
        _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Int
    ) throws(E) {
        self.makeRoom(missing: missing)
        let room = UnsafeMutableRawBufferPointer(
            start: self.block.base + self.tail, count: self.block.capacity - self.tail)
        let written = try body(room)
        precondition(written >= 0 && written <= room.count, "wrote past the room given")
        self.tail += written
    }

    /// Appends a copy of `bytes`.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        while !rest.isEmpty {
            self.fill(missing: rest.count) { room in
                let part = min(room.count, rest.count)
                room.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<part]))
                rest = UnsafeRawBufferPointer(rebasing: rest[part...])
                return part
            }
        }
    }

    /// The first four bytes as a little-endian integer, or nil while there are fewer.
    package var leadingUInt32: UInt32? {
        guard self.count >= 4 else { return nil }
        return UInt32(littleEndian: self.block.base.loadUnaligned(fromByteOffset: self.head, as: UInt32.self))
    }

    /// Up to `length` bytes from the front, left in place.
    package func peek(_ length: Int) -> Bytes {
        Bytes(block: self.block, offset: self.head, count: min(length, self.count))
    }

    /// Cuts `length` bytes off the front; traps when there are fewer.
    package mutating func take(_ length: Int) -> Bytes {
        precondition(length <= self.count, "took more than was received")
        defer { self.head += length }
        return Bytes(block: self.block, offset: self.head, count: length)
    }

    private mutating func makeRoom(missing: Int) {
        let mine = isKnownUniquelyReferenced(&self.block)
        if self.count == 0, mine, self.block.capacity <= Self.keptCapacity {
            (self.head, self.tail) = (0, 0)
        }
        let room = self.block.capacity - self.tail
        let wanted = min(max(missing, self.capacity / 4), self.capacity + self.count)
        guard room < wanted else { return }
        if mine, self.block.capacity >= self.count + wanted, self.block.capacity <= Self.keptCapacity {
            self.block.base.copyMemory(from: self.block.base + self.head, byteCount: self.count)
        } else {
            let roomier = ByteBlock(capacity: max(self.capacity, self.count + wanted))
            roomier.base.copyMemory(from: self.block.base + self.head, byteCount: self.count)
            self.block = roomier
        }
        (self.head, self.tail) = (0, self.count)
    }
}
