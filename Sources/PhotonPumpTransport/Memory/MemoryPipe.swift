internal import PhotonPumpSystem
internal import Synchronization

/// One direction of a connection in memory: what one side writes and the other reads, each on a queue of its own.
final class MemoryPipe: Sendable {
    /// As much as is on the reader's side already, as in the buffers of the reader's system.
    private static let window = 256 << 10
    /// What it holds.
    private static let capacity = 2 * MemoryPipe.window

    fileprivate struct State {
        var bytes: [UInt8] = []
        /// How many of these were read.
        var start = 0
        /// Nothing is written any more.
        var isEnded = false
        /// Nothing is read any more.
        var isAbandoned = false
        /// Both at once, and what was written is lost.
        var isBroken = false
        var isFull = false
        /// How the sides hear of changes, each on its queue.
        var reader: (@Sendable () -> Void)?
        var writer: (@Sendable () -> Void)?

        var count: Int { self.bytes.count - self.start }
        var isReadable: Bool { self.count > 0 || self.isEnded || self.isBroken }
    }

    private let state = Mutex(State())

    // MARK: Reading

    /// Whether there is something to read, be it the end.
    var isReadable: Bool { self.state.withLock { $0.isReadable } }

    /// - Parameter reader: called, on whatever thread, when something can be read that could not.
    func setReader(_ reader: @escaping @Sendable () -> Void) {
        self.state.withLock { $0.reader = reader }
    }

    /// - Throws: the system's number for what is wrong.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(MemoryFailure) -> ReadOutcome {
        let (outcome, writer) = self.state.withLock { $0.read(into: buffer, below: Self.window) }
        writer?()
        guard let outcome else { throw MemoryFailure(number: ECONNRESET) }
        return outcome
    }

    /// Nothing more will be read.
    func abandon() {
        let writer = self.state.withLock { state in
            state.isAbandoned = true
            state.reader = nil
            state.drop()
            return state.takeWriter()
        }
        writer?()
    }

    // MARK: Writing

    /// How much the reader's side has no room for yet.
    var untakenCount: Int { self.state.withLock { max(0, $0.count - Self.window) } }

    var hasRoom: Bool { self.state.withLock { !$0.isFull } }

    /// - Parameter writer: called, on whatever thread, when there is room after there was none.
    func setWriter(_ writer: @escaping @Sendable () -> Void) {
        self.state.withLock { $0.writer = writer }
    }

    /// - Returns: how many bytes there was room for. Those for a reader that is gone get lost, as on the way.
    /// - Throws: the system's number for what is wrong.
    func write(_ bytes: UnsafeRawBufferPointer) throws(MemoryFailure) -> Int {
        let (count, reader) = self.state.withLock { $0.write(bytes, capacity: Self.capacity) }
        reader?()
        guard let count else { throw MemoryFailure(number: ECONNRESET) }
        return count
    }

    /// Nothing more will be written.
    func end() {
        let reader = self.state.withLock { state in
            state.isEnded = true
            state.writer = nil
            return state.reader
        }
        reader?()
    }

    /// Both sides find it broken.
    func sever() {
        let (reader, writer) = self.state.withLock { state in
            state.isBroken = true
            state.drop()
            return (state.reader, state.takeWriter())
        }
        reader?()
        writer?()
    }
}

/// Why a pipe cannot go on.
struct MemoryFailure: Error {
    let number: Int32
}

extension MemoryPipe.State {
    /// - Parameter mark: the writer is told when no more than this is left.
    fileprivate mutating func read(
        into buffer: UnsafeMutableRawBufferPointer, below mark: Int
    ) -> (ReadOutcome?, writer: (@Sendable () -> Void)?) {
        guard !self.isBroken else { return (nil, nil) }
        let count = min(self.count, buffer.count)
        guard count > 0 else { return (self.isEnded && self.count == 0 ? .endOfStream : .wouldBlock, nil) }
        self.bytes.withUnsafeBytes { buffer.copyMemory(from: .init(rebasing: $0[self.start..<self.start + count])) }
        self.start += count
        if self.count == 0 {
            self.drop()
        } else if self.start > mark {
            self.bytes.removeFirst(self.start)
            self.start = 0
        }
        return (.bytes(count), self.count <= mark ? self.takeWriter() : nil)
    }

    fileprivate mutating func write(
        _ bytes: UnsafeRawBufferPointer, capacity: Int
    ) -> (Int?, reader: (@Sendable () -> Void)?) {
        guard !self.isBroken else { return (nil, nil) }
        guard !self.isAbandoned else { return (bytes.count, nil) }
        let count = min(bytes.count, capacity - self.count)
        self.isFull = count < bytes.count
        let wasReadable = self.isReadable
        self.bytes.append(contentsOf: bytes[..<count])
        return (count, wasReadable || count == 0 ? nil : self.reader)
    }

    fileprivate mutating func drop() {
        self.bytes.removeAll(keepingCapacity: self.bytes.capacity <= 64 << 10)
        self.start = 0
    }

    /// The writer, if it waits for room.
    fileprivate mutating func takeWriter() -> (@Sendable () -> Void)? {
        defer { self.isFull = false }
        return self.isFull ? self.writer : nil
    }
}
