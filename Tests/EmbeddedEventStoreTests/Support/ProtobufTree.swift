/// The fields of a protobuf message as they are on the wire, read without knowing the message.
struct ProtobufTree {
    enum Value: Equatable {
        case varint(UInt64)
        case bytes([UInt8])
    }

    struct Malformed: Error {}

    private(set) var fields: [(number: Int, value: Value)] = []

    init(_ bytes: [UInt8]) throws(Malformed) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let tag = try Self.varint(&rest)
            switch tag & 7 {
            case 0:
                self.fields.append((Int(tag >> 3), .varint(try Self.varint(&rest))))
            case 2:
                let count = try Self.varint(&rest)
                guard count <= rest.count else { throw Malformed() }
                self.fields.append((Int(tag >> 3), .bytes(Array(rest.prefix(Int(count))))))
                rest = rest.dropFirst(Int(count))
            default:
                throw Malformed()
            }
        }
    }

    /// The first field of that number.
    func first(_ number: Int) -> Value? {
        self.fields.first { $0.number == number }?.value
    }

    func text(_ number: Int) -> String? {
        guard case .bytes(let bytes) = self.first(number) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard let byte = rest.popFirst() else { throw Malformed() }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte & 0x80 == 0 { return value }
        }
        throw Malformed()
    }
}
