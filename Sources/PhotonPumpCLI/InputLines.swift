import Foundation

/// The lines of stdin.
struct InputLines {
    /// Bytes in a line.
    private let limit: Int
    private let input = StandardInput()
    /// What was read; less than a piece and an unfinished line.
    private var bytes: [UInt8] = []
    /// Where the next line begins.
    private var start = 0
    /// Up to where there is no end of it.
    private var searched = 0
    private var isOver = false
    /// Of the last line, counted from 1.
    private(set) var number = 0

    /// - Parameter limit: the most bytes that a line may have.
    init(limit: Int) {
        self.limit = limit
    }

    /// The next line, without its end; nil at the end of the input, and when the task is cancelled.
    ///
    /// - Returns: where it is until the next call.
    /// - Throws: ``InputError`` when stdin cannot be read, or the line is too long.
    mutating func next() async throws(InputError) -> Range<Int>? {
        while !Task.isCancelled {
            if let line = self.takeLine() { return line }
            if self.isOver { return nil }
            if self.bytes.count - self.start > self.limit {
                throw InputError("line \(self.number + 1): longer than \(self.limit) bytes")
            }
            guard let piece = try await self.input.nextPiece() else { return nil }
            self.isOver = piece.isEmpty
            self.bytes.removeFirst(self.start)
            self.searched -= self.start
            self.start = 0
            self.bytes += piece
        }
        return nil
    }

    /// Calls `body` with what is in a line.
    func withBytes<R>(of line: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try self.bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[line])) }
    }

    private mutating func takeLine() -> Range<Int>? {
        guard let end = self.lineEnd else {
            self.searched = self.bytes.count
            guard self.isOver, self.start < self.bytes.count else { return nil }
            // The last one, which has no end of its own.
            return self.take(to: self.bytes.count, next: self.bytes.count)
        }
        return self.take(to: end, next: end + 1)
    }

    private mutating func take(to end: Int, next: Int) -> Range<Int> {
        let hasReturn = end > self.start && self.bytes[end - 1] == UInt8(ascii: "\r")
        defer { (self.start, self.searched, self.number) = (next, next, self.number + 1) }
        return self.start..<(hasReturn ? end - 1 : end)
    }

    private var lineEnd: Int? {
        self.bytes.withUnsafeBytes { bytes in
            guard self.searched < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + self.searched, CInt(UInt8(ascii: "\n")), bytes.count - self.searched)
            else { return nil }
            return base.distance(to: found)
        }
    }
}
