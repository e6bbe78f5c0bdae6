internal import PhotonPumpSystem

/// The members of a JSON object as they are written, so that numbers and the order of keys stay what they were.
struct RawMembers {
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// JSON text, without a byte order mark.
    private let text: [UInt8]
    private var values: [String: Range<Int>] = [:]

    /// Of members with the same name the last one counts.
    ///
    /// - Throws: ``JSONFault`` if it is not a JSON object in UTF-8, which may begin with a byte order mark.
    init(_ object: some Collection<UInt8>) throws {
        let hasMark = object.starts(with: Self.byteOrderMark)
        self.text = Array(hasMark ? object.dropFirst(Self.byteOrderMark.count) : object[...])
        self.values = try self.text.withUnsafeBytes { bytes in
            var values: [String: Range<Int>] = [:]
            var scanner = JSONScanner(bytes)
            try scanner.object { scanner, name in values[scanner.text(name)] = try scanner.value() }
            try scanner.end()
            return values
        }
    }

    var isEmpty: Bool { self.values.isEmpty }

    func has(_ key: String) -> Bool { self.values[key] != nil }

    /// The texts of all values.
    var all: [String: Payload] { self.values.mapValues { Payload(self.text[$0]) } }

    /// The values that are strings.
    var strings: [String: String] {
        self.text.withUnsafeBytes { bytes in
            let scanner = JSONScanner(bytes)
            return self.values.compactMapValues { scanner.string(at: $0) }
        }
    }

    /// A member's value if that is a whole number, however it is written.
    func integer(_ key: String) -> Int64? {
        guard let text = self.values[key].map({ String(decoding: self.text[$0], as: UTF8.self) }) else { return nil }
        return Int64(text) ?? Double(text).flatMap(Int64.init(exactly:))
    }

    /// A JSON object with these members, whose values are JSON text.
    static func object(_ members: [String: Payload]) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        var text = Data()
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            text.append(contentsOf: (text.isEmpty ? "{" : ",").utf8)
            text.append(try encoder.encode(key))
            text.append(contentsOf: ":".utf8)
            text.append(contentsOf: value)
        }
        text.append(contentsOf: (text.isEmpty ? "{}" : "}").utf8)
        return text
    }
}
