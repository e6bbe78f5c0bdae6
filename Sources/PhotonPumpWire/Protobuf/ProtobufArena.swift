internal import CEventStoreMessages

/// Memory for one message on its way through protobuf-c: allocations only move a cursor, everything is freed at once.
///
/// A payload cannot make it grow without bound: an allocation beyond `limit` yields nil, which protobuf-c reports as
/// a message it cannot unpack.
struct ProtobufArena: ~Copyable {
    private static let alignment = 16

    private var cursor: UnsafeMutableRawPointer
    private var end: UnsafeMutableRawPointer
    /// Where the memory begins that is handed out now.
    private var chunk: UnsafeMutableRawPointer
    /// The memory that was handed out before; most messages need but one chunk, and so no array.
    private var fullChunks: [UnsafeMutableRawPointer] = []
    private var remaining: Int
    /// Whether more was asked for than the limit allows.
    private(set) var isExhausted = false

    /// - Parameters:
    ///   - firstChunk: bytes set aside at once.
    ///   - limit: bytes handed out at most.
    init(firstChunk: Int, limit: Int) {
        self.chunk = .allocate(byteCount: firstChunk, alignment: Self.alignment)
        self.cursor = self.chunk
        self.end = self.cursor + firstChunk
        self.remaining = limit
    }

    deinit {
        self.chunk.deallocate()
        for chunk in self.fullChunks { chunk.deallocate() }
    }

    mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        guard size >= 0, size <= self.remaining - Self.alignment else {
            self.isExhausted = true
            return nil
        }
        let rounded = (size + Self.alignment - 1) & ~(Self.alignment - 1)
        if self.end - self.cursor < rounded { self.addChunk(atLeast: rounded) }
        defer { self.cursor += rounded }
        self.remaining -= rounded
        return self.cursor
    }

    private mutating func addChunk(atLeast size: Int) {
        let capacity = max(size, min(self.end - self.chunk, 1 << 20) * 2)
        self.fullChunks.append(self.chunk)
        self.chunk = .allocate(byteCount: capacity, alignment: Self.alignment)
        self.cursor = self.chunk
        self.end = self.cursor + capacity
    }
}

extension ProtobufArena {
    /// Room for `count` values; the arena for encoding has no limit that could be hit.
    mutating func array<T>(of count: Int, _ type: T.Type) -> UnsafeMutablePointer<T> {
        guard let memory = self.allocate(count * MemoryLayout<T>.stride) else {
            preconditionFailure("an arena for encoding ran out")
        }
        return memory.bindMemory(to: T.self, capacity: count)
    }

    /// A copy of the UTF-8 form of `text`.
    mutating func copy(_ text: String) -> ProtobufCBinaryData {
        var text = text
        return text.withUTF8 { utf8 in
            let memory = self.array(of: max(utf8.count, 1), UInt8.self)
            if let start = utf8.baseAddress { memory.update(from: start, count: utf8.count) }
            return ProtobufCBinaryData(len: utf8.count, data: memory)
        }
    }

    /// The 16 bytes of `guid`.
    mutating func copy(_ guid: GUID) -> ProtobufCBinaryData {
        let memory = self.array(of: GUID.byteCount, UInt8.self)
        guid.write(to: memory)
        return ProtobufCBinaryData(len: GUID.byteCount, data: memory)
    }

    /// `bytes` where they are: whoever encodes keeps the message, and with it the bytes, alive.
    func reference(_ bytes: Bytes) -> ProtobufCBinaryData {
        ProtobufCBinaryData(len: bytes.count, data: bytes.start.assumingMemoryBound(to: UInt8.self))
    }
}
