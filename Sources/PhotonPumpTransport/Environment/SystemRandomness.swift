internal import PhotonPumpSystem
internal import Synchronization

/// Random numbers of the system, which are asked of it by the piece.
///
/// `SystemRandomNumberGenerator` asks the kernel for eight bytes at a time on Linux. A new event needs two of those, which
/// is half of what writing in batches costs. Each thread has a buffer of its own, so that no lock is needed. A process
/// that was forked discards what it has copied: it would repeat the ids of its parent.
package enum SystemRandomness {
    package static func next() -> UInt64 {
        if let buffer = self.buffer, let number = buffer.pointee.next() { return number }
        return .random(in: 0 ... .max)
    }

    /// Two at once.
    package static func pair() -> (UInt64, UInt64) {
        if let buffer = self.buffer, let first = buffer.pointee.next(), let second = buffer.pointee.next() {
            return (first, second)
        }
        return (.random(in: 0 ... .max), .random(in: 0 ... .max))
    }

    /// That of the thread; nil if the system cannot keep one, and numbers have to come from elsewhere.
    private static var buffer: UnsafeMutablePointer<Buffer>? {
        guard let key = self.key else { return nil }
        if let known = pthread_getspecific(key) { return known.assumingMemoryBound(to: Buffer.self) }
        let buffer = UnsafeMutablePointer<Buffer>.allocate(capacity: 1)
        buffer.initialize(to: Buffer())
        // The thread frees it at its end.
        if pthread_setspecific(key, buffer) == 0 { return buffer }
        self.free(buffer)
        return nil
    }

    /// Under which each thread has its buffer.
    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        guard pthread_atfork(nil, nil, { SystemRandomness.forks.wrappingAdd(1, ordering: .relaxed) }) == 0,
            pthread_key_create(&key, { SystemRandomness.free($0) }) == 0
        else { return nil }
        return key
    }()

    /// How often the process was forked, on its way here.
    fileprivate static let forks = Atomic(0)

    private static func free(_ buffer: UnsafeMutableRawPointer?) {
        guard let buffer = buffer?.assumingMemoryBound(to: Buffer.self) else { return }
        buffer.deinitialize(count: 1)
        buffer.deallocate()
    }
}

/// Numbers that a thread has been given and not used yet.
private struct Buffer {
    /// The most bytes that the system gives at once.
    private static let size = 256

    private var numbers: [UInt64] = []
    private var forks = 0

    /// nil if the system gives none.
    mutating func next() -> UInt64? {
        let forks = SystemRandomness.forks.load(ordering: .relaxed)
        if self.numbers.isEmpty || self.forks != forks {
            self.forks = forks
            self.numbers = Self.piece()
        }
        return self.numbers.popLast()
    }

    private static func piece() -> [UInt64] {
        Array(unsafeUninitializedCapacity: self.size / MemoryLayout<UInt64>.size) { room, count in
            #if canImport(Darwin)
                arc4random_buf(room.baseAddress, self.size)
                count = room.count
            #else
                if getentropy(room.baseAddress, self.size) == 0 { count = room.count }
            #endif
        }
    }
}
