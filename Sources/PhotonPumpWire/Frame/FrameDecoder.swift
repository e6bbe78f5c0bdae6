/// Cuts packages out of a stream of bytes, however the reads split or merge them.
package struct FrameDecoder {
    /// The largest length that servers and clients accept, 64 MiB.
    package static let standardLimit = 64 << 20

    private let limit: Int
    private var buffer: InboundBuffer
    /// Whether a frame was cut already: only before that can the peer be taken for something else.
    private var inStep = false

    package init(limit: Int = Self.standardLimit, buffer: InboundBuffer = InboundBuffer()) {
        self.limit = limit
        self.buffer = buffer
    }

    /// Bytes of a frame that is not complete yet.
    package var unfinishedCount: Int { self.buffer.count }

    /// Lets `body` read more bytes into the decoder's memory; it returns how many it read.
    package mutating func fill<E: Error>(_ body: (UnsafeMutableRawBufferPointer) throws(E) -> Int) throws(E) {
        let announced = Int(self.buffer.leadingUInt32 ?? 0)
        let missing = announced <= self.limit ? max(0, Package.lengthBytes + announced - self.buffer.count) : 0
        try self.buffer.fill(missing: missing, body)
    }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        self.buffer.append(bytes)
    }

    /// The next package, or nil while its frame is not complete. After an error the decoder is of no more use.
    package mutating func next() throws(FrameError) -> Package? {
        guard let announced = self.buffer.leadingUInt32 else { return nil }
        let length = Int(announced)
        guard length <= self.limit else {
            throw self.inStep ? .tooLong(length, limit: self.limit) : self.unrecognised(length)
        }
        guard length >= Package.minimumLength else { throw .tooShort(length) }
        guard self.buffer.count >= Package.lengthBytes + length else { return nil }
        self.inStep = true
        let frame = self.buffer.take(Package.lengthBytes + length)
        return try Package(content: frame.slice(Package.lengthBytes..<frame.count))
    }

    private func unrecognised(_ length: Int) -> FrameError {
        let start = self.buffer.peek(64).text
        guard start.hasPrefix("HTTP") else { return .tooLong(length, limit: self.limit) }
        return .http(String(start.prefix { !$0.isNewline }))
    }
}

extension Package {
    /// Takes apart what follows the length; `content` holds at least ``minimumLength`` bytes.
    fileprivate init(content: Bytes) throws(FrameError) {
        self.command = Command(rawValue: content[0])
        self.flags = content[1]
        self.correlation =
            content.slice(2..<Self.minimumLength).withUnsafeBytes { GUID(wire: $0) } ?? .zero
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

    private static func takeCounted(from rest: inout Bytes) throws(FrameError) -> String {
        guard !rest.isEmpty, 1 + Int(rest[0]) <= rest.count else { throw .brokenCredentials }
        let end = 1 + Int(rest[0])
        defer { rest = rest.slice(end..<rest.count) }
        return rest.slice(1..<end).text
    }
}
