internal import CEventStoreMessages

/// A ``WireMessage`` by way of the struct that protoc-c generated for it.
protocol ProtobufMessage: WireMessage {
    associatedtype CMessage

    /// The generated function that gives a message its kind and its defaults.
    static var initialize: @Sendable (UnsafeMutablePointer<CMessage>?) -> Void { get }

    /// The most elements that a message of this kind has; nil where there is no such number.
    static var mostElements: Int? { get }

    /// Copies what `message` holds; its memory is gone afterwards.
    init(_ message: borrowing CMessage) throws(MalformedMessage)

    /// Fills `message`, which is initialized. What it points to lives in `arena` or in `self`.
    func fill(_ message: inout CMessage, _ arena: inout ProtobufArena)
}

extension ProtobufMessage {
    /// What servers return at most.
    static var mostElements: Int? { 4096 }

    /// What the generated code knows of messages of this kind.
    private static var descriptor: UnsafePointer<ProtobufCMessageDescriptor>? {
        withUnsafeTemporaryAllocation(of: CMessage.self, capacity: 1) { message in
            self.initialize(message.baseAddress)
            // Every generated struct begins with its ProtobufCMessage.
            return UnsafeRawPointer(message.baseAddress)?.load(as: ProtobufCMessage.self).descriptor
        }
    }

    /// An error of this message.
    static func malformed(_ reason: String) -> MalformedMessage {
        MalformedMessage(self.descriptor.map { String(cString: $0.pointee.short_name) } ?? "message", reason)
    }

    /// The value of a field that no message of this kind goes without.
    static func required<T>(_ name: String, _ value: T?) throws(MalformedMessage) -> T {
        guard let value else { throw self.malformed("\(name) is missing") }
        return value
    }

    /// The same for text.
    static func text(
        _ name: String, _ isPresent: protobuf_c_boolean, _ value: ProtobufCBinaryData
    ) throws(MalformedMessage) -> String {
        try self.required(name, field(isPresent, value)).text
    }

    package init(decoding payload: Bytes) throws(MalformedMessage) { self = try Self.unpacked(payload) }

    /// The message as protobuf-c decodes it.
    static func unpacked(_ payload: Bytes) throws(MalformedMessage) -> Self {
        var arena = ProtobufArena(
            firstChunk: Self.decodingChunk(payload.count), limit: Self.decodingLimit(payload.count))
        let decoded = withUnsafeMutablePointer(to: &arena) { arena in
            Self.decode(payload, in: arena) { (message) throws(MalformedMessage) in try Self(message.pointee) }
        }
        return try decoded.get()
    }

    /// The memory that unpacking a payload of `count` bytes usually needs.
    private static func decodingChunk(_ count: Int) -> Int { count * 3 + 512 }

    /// The memory that unpacking may use for a payload of `count` bytes. A field of two bytes can become a struct of a
    /// few hundred, and a peer could make a message of nothing but such fields.
    ///
    /// Twice the size is enough for all that is copied, and 1 KiB for the structs of an event and its link. With the
    /// payload itself, and the records that are made of it, a message takes four times its size at most, and less than
    /// 5 MiB for structs and headers.
    private static func decodingLimit(_ count: Int) -> Int {
        let base = 64 << 10
        let limit = count * 16 + base
        guard let mostElements = self.mostElements else { return limit }
        return min(limit, count * 2 + (mostElements << 10) + base)
    }

    /// Checks the number of elements before anything is made of them.
    static func check(elements: Int) throws(MalformedMessage) {
        guard let mostElements = self.mostElements, elements > mostElements else { return }
        throw self.malformed("it has \(elements) events, more than \(mostElements)")
    }

    /// - Parameter make: makes a value of the message, whose memory is the arena's.
    private static func decode<Value>(
        _ payload: Bytes,
        in arena: UnsafeMutablePointer<ProtobufArena>,
        _ make: (UnsafeMutablePointer<CMessage>) throws(MalformedMessage) -> Value
    ) -> Result<Value, MalformedMessage> {
        var allocator = ProtobufCAllocator(
            alloc: { arena, size in arena?.assumingMemoryBound(to: ProtobufArena.self).pointee.allocate(size) },
            free: { _, _ in },
            allocator_data: arena
        )
        let message = payload.withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return UnsafeMutableRawPointer(protobuf_c_message_unpack(self.descriptor, &allocator, bytes.count, start))
        }
        guard let message = message?.assumingMemoryBound(to: CMessage.self) else {
            let isTooLarge = arena.pointee.isExhausted
            return .failure(
                self.malformed(isTooLarge ? "it takes too much memory for its size" : "it is not valid protobuf"))
        }
        return Result { () throws(MalformedMessage) in try make(message) }
    }

    package func append(to buffer: OutboundBuffer, _ command: Command, _ correlation: GUID, login: Login?) {
        self.pack { buffer.append(command, correlation, login: login, payloadCount: $0, fill: $1) }
    }

    package func encoded() -> Bytes { self.packed() }

    /// The message as protobuf-c encodes it.
    func packed() -> Bytes {
        var bytes = Bytes()
        self.pack { bytes = Bytes(count: $0, fill: $1) }
        return bytes
    }

    /// - Parameter write: is given the number of bytes, and what writes them.
    private func pack(_ write: (Int, (UnsafeMutableRawBufferPointer) -> Void) -> Void) {
        var arena = ProtobufArena(firstChunk: 512, limit: .max)
        let message = arena.message(self)
        withExtendedLifetime(self) {
            // Every generated struct begins with its ProtobufCMessage.
            message.withMemoryRebound(to: ProtobufCMessage.self, capacity: 1) { message in
                write(protobuf_c_message_get_packed_size(message)) { target in
                    protobuf_c_message_pack(message, target.baseAddress?.assumingMemoryBound(to: UInt8.self))
                }
            }
        }
    }
}

extension ProtobufArena {
    /// An array of pointers to initialized messages, each filled from one element.
    mutating func messages<Element: ProtobufMessage>(
        _ elements: [Element]
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<Element.CMessage>?> {
        let pointers = self.array(of: max(elements.count, 1), UnsafeMutablePointer<Element.CMessage>?.self)
        for (position, element) in elements.enumerated() { pointers[position] = self.message(element) }
        return pointers
    }

    /// One initialized message, filled from `element`.
    mutating func message<Element: ProtobufMessage>(_ element: Element) -> UnsafeMutablePointer<Element.CMessage> {
        let message = self.array(of: 1, Element.CMessage.self)
        Element.initialize(message)
        element.fill(&message.pointee, &self)
        return message
    }
}
