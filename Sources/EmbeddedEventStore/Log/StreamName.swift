internal import PhotonPumpWire

/// The name of a stream, compared byte by byte as servers do.
///
/// A name that starts with `$` is a system stream; one that starts with `$$` is the metastream of the rest.
struct StreamName: Hashable, Sendable {
    private static let dollar = UInt8(ascii: "$")

    let bytes: Bytes

    init(_ bytes: Bytes) {
        self.bytes = bytes
    }

    init(_ text: String) {
        self.init(Bytes(utf8: text))
    }

    /// The name that stands for the events of all streams.
    static let all = StreamName("$all")
    /// The stream of links to all streams.
    static let streams = StreamName("$streams")
    /// The stream of the system's settings.
    static let settings = StreamName("$settings")

    var isEmpty: Bool { self.bytes.isEmpty }
    var isSystem: Bool { !self.bytes.isEmpty && self.bytes[0] == Self.dollar }
    var isMetastream: Bool { self.isSystem && self.bytes.count > 1 && self.bytes[1] == Self.dollar }

    /// The stream whose metadata this one holds, if it is a metastream.
    var original: StreamName? {
        self.isMetastream ? StreamName(self.bytes.slice(2..<self.bytes.count)) : nil
    }

    var metastream: StreamName {
        StreamName(self.bytes.withUnsafeBytes { Bytes([Self.dollar, Self.dollar] + $0) })
    }
}

extension StreamName: CustomStringConvertible {
    var description: String { self.bytes.text }
}
