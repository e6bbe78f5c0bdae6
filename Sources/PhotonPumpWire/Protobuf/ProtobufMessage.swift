internal import CEventStoreMessages

/// A ``WireMessage`` by way of the struct that protoc-c generated for it.
protocol ProtobufMessage: WireMessage {
    associatedtype CMessage

    static var codec: ProtobufCodec<CMessage> { get }

    /// Copies what `message` holds; its memory is gone afterwards.
    init(_ message: borrowing CMessage) throws(MalformedMessage)

    /// Fills `message`, which is initialized. What it points to lives in `arena` or in `self`.
    func fill(_ message: inout CMessage, _ arena: inout ProtobufArena)
}

/// The generated functions of one message.
struct ProtobufCodec<CMessage> {
    typealias Allocator = UnsafeMutablePointer<ProtobufCAllocator>

    let name: String
    let initialize: (UnsafeMutablePointer<CMessage>?) -> Void
    let unpack: (Allocator?, Int, UnsafePointer<UInt8>?) -> UnsafeMutablePointer<CMessage>?

    init(
        _ name: String,
        _ initialize: @escaping (UnsafeMutablePointer<CMessage>?) -> Void,
        _ unpack: @escaping (Allocator?, Int, UnsafePointer<UInt8>?) -> UnsafeMutablePointer<CMessage>?
    ) {
        self.name = name
        self.initialize = initialize
        self.unpack = unpack
    }
}

extension ProtobufMessage {
    /// The memory that unpacking may use beyond the payload's own size: a field of two bytes on the wire can become
    /// a struct of a few hundred, but no honest message is made of such fields.
    private static var decodingLimit: (factor: Int, base: Int) { (16, 64 << 10) }

    package init(decoding payload: Bytes) throws(MalformedMessage) {
        let limit = Self.decodingLimit
        var arena = ProtobufArena(
            firstChunk: payload.count * 3 + 512,
            limit: payload.count * limit.factor + limit.base
        )
        let decoded = withUnsafeMutablePointer(to: &arena) { arena in
            Self.decode(payload, in: arena)
        }
        self = try decoded.get()
    }

    private static func decode(
        _ payload: Bytes,
        in arena: UnsafeMutablePointer<ProtobufArena>
    ) -> Result<Self, MalformedMessage> {
        var allocator = ProtobufCAllocator(
            alloc: { arena, size in arena?.assumingMemoryBound(to: ProtobufArena.self).pointee.allocate(size) },
            free: { _, _ in },
            allocator_data: arena
        )
        let codec = Self.codec
        let message = payload.withUnsafeBytes { bytes in
            codec.unpack(&allocator, bytes.count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
        guard let message else { return .failure(MalformedMessage(codec.name, "it is not valid protobuf")) }
        return Result { () throws(MalformedMessage) in try Self(message.pointee) }
    }

    package func append(to buffer: inout OutboundBuffer, _ command: Command, _ correlation: GUID, login: Login?) {
        var arena = ProtobufArena(firstChunk: 512, limit: .max)
        let message = arena.array(of: 1, CMessage.self)
        Self.codec.initialize(message)
        self.fill(&message.pointee, &arena)
        withExtendedLifetime(self) {
            // Every generated struct begins with its ProtobufCMessage.
            message.withMemoryRebound(to: ProtobufCMessage.self, capacity: 1) { message in
                let count = protobuf_c_message_get_packed_size(message)
                buffer.append(command, correlation, login: login, payloadCount: count) { target in
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
        let codec = Element.codec
        let pointers = self.array(of: max(elements.count, 1), UnsafeMutablePointer<Element.CMessage>?.self)
        for (position, element) in elements.enumerated() {
            pointers[position] = self.message(element, codec)
        }
        return pointers
    }

    /// One initialized message, filled from `element`.
    mutating func message<Element: ProtobufMessage>(
        _ element: Element,
        _ codec: ProtobufCodec<Element.CMessage>
    ) -> UnsafeMutablePointer<Element.CMessage> {
        let message = self.array(of: 1, Element.CMessage.self)
        codec.initialize(message)
        element.fill(&message.pointee, &self)
        return message
    }
}
