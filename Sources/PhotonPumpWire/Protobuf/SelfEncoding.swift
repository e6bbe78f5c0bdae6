/// A message that writes its own bytes, in the order in which protobuf-c does.
///
/// Events are most of what a server sends, and protobuf-c looks at every field of every event three times: to fill its
/// struct, to count, and to write. That took two thirds of the time that a server had for a page. What the messages mean
/// is still said once, by their `fill`; tests compare both.
protocol SelfEncoding: ProtobufMessage {
    /// How many bytes ``write(to:)`` writes.
    var encodedCount: Int { get }

    func write(to writer: inout ProtobufWriter)
}

extension SelfEncoding {
    package func append(to buffer: OutboundBuffer, _ command: Command, _ correlation: GUID, login: Login?) {
        buffer.append(command, correlation, login: login, payloadCount: self.encodedCount) { target in
            var writer = ProtobufWriter(target)
            self.write(to: &writer)
        }
    }

    package func encoded() -> Bytes {
        Bytes(count: self.encodedCount) { target in
            var writer = ProtobufWriter(target)
            self.write(to: &writer)
        }
    }
}

/// Writes the fields of a message one behind the other. Their numbers are below 16, so that a tag is one byte.
///
/// ```
/// +-----------------+--------+      +-----------------+--------+---------
/// | number << 3 | 0 | varint |      | number << 3 | 2 | length | content
/// +-----------------+--------+      +-----------------+--------+---------
/// ```
struct ProtobufWriter {
    private var cursor: UnsafeMutableRawPointer
    private let end: UnsafeMutableRawPointer

    init(_ target: UnsafeMutableRawBufferPointer) {
        // A message without fields has no bytes, and perhaps no memory for them; nothing is written then.
        self.cursor = target.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 1).unsafelyUnwrapped
        self.end = self.cursor + target.count
    }

    // MARK: Counting

    /// The bytes of a number.
    static func count(_ value: UInt64) -> Int { (63 - (value | 1).leadingZeroBitCount) / 7 + 1 }

    /// The bytes of a field with a number.
    static func field(_ value: Int64) -> Int { 1 + self.count(UInt64(bitPattern: value)) }

    /// The bytes of a field with this many bytes of content.
    static func field(content count: Int) -> Int { 1 + self.count(UInt64(count)) + count }

    // MARK: Writing

    mutating func field(_ number: UInt8, _ value: Int64) {
        self.put(number << 3, varint: UInt64(bitPattern: value))
    }

    mutating func field(_ number: UInt8, _ content: UnsafeRawBufferPointer) {
        self.open(number, content.count)
        self.reserve(content.count)
        if let source = content.baseAddress { self.cursor.copyMemory(from: source, byteCount: content.count) }
        self.cursor += content.count
    }

    mutating func field(_ number: UInt8, _ text: String) {
        var text = text
        text.withUTF8 { self.field(number, UnsafeRawBufferPointer($0)) }
    }

    mutating func field(_ number: UInt8, _ id: GUID) {
        self.open(number, GUID.byteCount)
        self.reserve(GUID.byteCount)
        id.write(to: self.cursor)
        self.cursor += GUID.byteCount
    }

    /// Begins a field with this many bytes of content, which are to be written next.
    mutating func open(_ number: UInt8, _ count: Int) {
        self.put(number << 3 | 2, varint: UInt64(count))
    }

    private mutating func put(_ tag: UInt8, varint value: UInt64) {
        self.reserve(1 + Self.count(value))
        self.cursor.storeBytes(of: tag, as: UInt8.self)
        var target = self.cursor + 1
        var rest = value
        while rest > 0x7F {
            target.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
            target += 1
            rest >>= 7
        }
        target.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
        self.cursor = target + 1
    }

    /// A count that disagrees with what is written must not reach other memory.
    private func reserve(_ count: Int) {
        precondition(self.end - self.cursor >= count, "wrote more than was counted")
    }
}
