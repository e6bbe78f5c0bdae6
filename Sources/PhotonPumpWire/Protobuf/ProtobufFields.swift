internal import CEventStoreMessages

extension ProtobufCBinaryData {
    var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: self.data, count: self.len) }

    /// The bytes as text, with U+FFFD in place of what is not UTF-8.
    var text: String { String(decoding: self.buffer, as: UTF8.self) }

    /// A copy of the bytes.
    var copied: Bytes { Bytes(copying: self.buffer) }
}

/// The value of an optional field: present and equal, or nil.
func field<T>(_ isPresent: protobuf_c_boolean, _ value: T) -> T? {
    isPresent != 0 ? value : nil
}

/// Sets an optional field, or leaves it out.
func set<T>(_ isPresent: inout protobuf_c_boolean, _ field: inout T, to value: T?) {
    guard let value else { return }
    isPresent = 1
    field = value
}

extension Bool {
    init(_ value: protobuf_c_boolean) { self = value != 0 }

    var cValue: protobuf_c_boolean { self ? 1 : 0 }
}
