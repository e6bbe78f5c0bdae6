/// Cuts packages out of a stream of bytes, however the reads split or merge them.
package struct FrameDecoder {
    /// The largest length that servers and clients accept, 64 MiB.
    package static let standardLimit = 64 << 20

    private let limit: Int
    /// The largest length above the limit that is passed over; a larger one ends the connection.
    private let skipLimit: Int
    private var buffer: InboundBuffer
    /// The large frame that is being passed over, and how many of its bytes have yet to come.
    private var skipped: (frame: LargeFrame, rest: Int)?
    /// Whether a frame was cut already: only before that can the peer be taken for something else.
    private var inStep = false

    /// - Parameter skipLimit: the largest length that ``nextFrame()`` passes over; up to `limit` it passes over none.
    package init(limit: Int = Self.standardLimit, skipLimit: Int = 0, buffer: InboundBuffer = InboundBuffer()) {
        self.limit = limit
        self.skipLimit = skipLimit
        self.buffer = buffer
    }

    /// Bytes of a frame that is not complete yet.
    package var unfinishedCount: Int { self.buffer.count }

    /// The frame that is not complete yet, if that much of it has come.
    package var unfinished: LargeFrame? {
        if let skipped { return skipped.frame }
        guard self.inStep, let length = self.buffer.leadingUInt32 else { return nil }
        return self.opening(Int(length))
    }

    /// Lets `body` read more bytes into the decoder's memory; it returns how many it read.
    package mutating func fill<E: Error>(_ body: (UnsafeMutableRawBufferPointer) throws(E) -> Int) throws(E) {
        let announced = Int(self.buffer.leadingUInt32 ?? 0)
        let isTaken = self.skipped == nil && announced <= self.limit
        let missing = isTaken ? max(0, Package.lengthBytes + announced - self.buffer.count) : 0
        try self.buffer.fill(missing: missing, body)
    }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        self.buffer.append(bytes)
    }

    /// The next package, or nil while its frame is not complete; for decoders that pass over nothing. After an error
    /// the decoder is of no more use.
    package mutating func next() throws(FrameError) -> Package? {
        switch try self.nextFrame() {
        case .package(let package)?: package
        case .large(let frame)?: throw .tooLong(frame.length, limit: self.limit)
        case nil: nil
        }
    }

    /// The next frame, or nil while it is not complete. After an error the decoder is of no more use.
    package mutating func nextFrame() throws(FrameError) -> Frame? {
        if self.skipped != nil { return self.passOver() }
        guard let announced = self.buffer.leadingUInt32 else { return nil }
        let length = Int(announced)
        guard length <= self.limit else { return try self.large(length) }
        guard length >= Package.minimumLength else { throw .tooShort(length) }
        guard self.buffer.count >= Package.lengthBytes + length else { return nil }
        self.inStep = true
        let frame = self.buffer.take(Package.lengthBytes + length)
        return .package(try Package(content: frame.slice(Package.lengthBytes..<frame.count)))
    }

    /// The large frame, once all of it has come: who asks for less any earlier makes the server hold even more.
    private mutating func passOver() -> Frame? {
        guard let (frame, rest) = self.skipped else { return nil }
        let part = min(rest, self.buffer.count)
        _ = self.buffer.take(part)
        guard part == rest else {
            self.skipped = (frame, rest - part)
            return nil
        }
        self.skipped = nil
        return .large(frame)
    }

    private mutating func large(_ length: Int) throws(FrameError) -> Frame? {
        guard self.inStep, length <= self.skipLimit else {
            throw self.inStep ? .tooLong(length, limit: self.limit) : self.unrecognised(length)
        }
        guard let frame = self.opening(length) else { return nil }
        self.skipped = (frame, Package.lengthBytes + length)
        return self.passOver()
    }

    /// What the first bytes of a frame say; nil while they are too few.
    private func opening(_ length: Int) -> LargeFrame? {
        let bytes = self.buffer.peek(Package.lengthBytes + Package.minimumLength)
        guard length >= Package.minimumLength, bytes.count == Package.lengthBytes + Package.minimumLength else {
            return nil
        }
        let content = bytes.slice(Package.lengthBytes..<bytes.count)
        return LargeFrame(
            command: Command(rawValue: content[0]), correlation: Package.correlation(in: content), length: length)
    }

    private func unrecognised(_ length: Int) -> FrameError {
        let start = self.buffer.peek(64).text
        // Compared as bytes: what follows could combine with the last letter.
        guard start.utf8.starts(with: "HTTP".utf8) else { return .tooLong(length, limit: self.limit) }
        return .http(String(start.prefix { !$0.isNewline }))
    }
}

extension Package {
    /// Takes apart what follows the length; `content` holds at least ``minimumLength`` bytes.
    fileprivate init(content: Bytes) throws(FrameError) {
        self.command = Command(rawValue: content[0])
        self.flags = content[1]
        self.correlation = Self.correlation(in: content)
        var rest = content.slice(Self.minimumLength..<content.count)
        if self.flags & Self.authenticatedFlag != 0 {
            let name = try Self.takeCounted(from: &rest)
            let password = try Self.takeCounted(from: &rest)
            // Text that is not UTF-8 grows when it is repaired, and may then be too long to be anybody's.
            guard let login = try? Login(name: name, password: password) else { throw .brokenCredentials }
            self.login = login
        } else {
            self.login = nil
        }
        self.payload = rest
    }

    fileprivate static func correlation(in content: Bytes) -> GUID {
        content.slice(2..<Self.minimumLength).withUnsafeBytes { GUID(wire: $0) } ?? .zero
    }

    private static func takeCounted(from rest: inout Bytes) throws(FrameError) -> String {
        guard !rest.isEmpty, 1 + Int(rest[0]) <= rest.count else { throw .brokenCredentials }
        let end = 1 + Int(rest[0])
        defer { rest = rest.slice(end..<rest.count) }
        return rest.slice(1..<end).text
    }
}
