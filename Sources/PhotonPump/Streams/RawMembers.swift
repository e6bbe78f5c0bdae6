package import Foundation

/// The members of a JSON object as they are written, so that numbers and the order of keys stay what they were.
///
/// The text must have been found to be a JSON object in UTF-8 before; that is why this only looks for where values begin
/// and end.
package struct RawMembers {
    private let text: [UInt8]
    private var values: [String: Range<Int>] = [:]

    package init(_ object: some Collection<UInt8>) throws {
        self.text = Array(object)
        var position = (self.text.firstIndex(of: UInt8(ascii: "{")) ?? self.text.endIndex) + 1
        while position < self.text.endIndex,
            let keyStart = self.text[position...].firstIndex(of: UInt8(ascii: "\""))
        {
            let keyEnd = self.endOfValue(from: keyStart)
            guard let colon = self.text[keyEnd...].firstIndex(of: UInt8(ascii: ":")) else { return }
            let valueStart = self.text[(colon + 1)...].firstIndex { !Self.isSpace($0) } ?? self.text.endIndex
            let valueEnd = self.endOfValue(from: valueStart)
            let key = try JSONDecoder().decode(String.self, from: Data(self.text[keyStart..<keyEnd]))
            self.values[key] = valueStart..<valueEnd
            position = valueEnd
        }
    }

    /// The text of a member's value; nil when there is no such member, or it is null.
    package func value(of key: String) -> Data? {
        guard let range = self.values[key], !self.text[range].elementsEqual("null".utf8) else { return nil }
        return Data(self.text[range])
    }

    /// The texts of all values.
    package var all: [String: Payload] { self.values.mapValues { Payload(self.text[$0]) } }

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

    /// The index behind the value that begins at `start`.
    private func endOfValue(from start: Int) -> Int {
        var depth = 0
        var inString = false
        var position = start
        while position < self.text.endIndex {
            let byte = self.text[position]
            if inString {
                if byte == UInt8(ascii: "\\") { position += 1 }
                if byte == UInt8(ascii: "\"") { inString = false }
                if !inString, depth == 0 { return position + 1 }
            } else if byte == UInt8(ascii: "\"") {
                inString = true
            } else if Self.opens(byte) {
                depth += 1
            } else if Self.closes(byte) {
                depth -= 1
                if depth <= 0 { return depth < 0 ? position : position + 1 }
            } else if depth == 0, byte == UInt8(ascii: ",") || Self.isSpace(byte) {
                return position
            }
            position += 1
        }
        return self.text.endIndex
    }

    private static func opens(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") }
    private static func closes(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") }
    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}
