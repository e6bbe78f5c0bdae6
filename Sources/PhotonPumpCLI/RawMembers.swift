import Foundation

/// The members of a JSON object as they are written, so that numbers and the order of keys stay what they were.
///
/// The text must have been found to be a JSON object before; that is why this only looks for where values begin and
/// end.
struct RawMembers {
    private let text: [UInt8]

    init(_ object: String) {
        self.text = Array(object.utf8)
    }

    /// The text of a member's value; nil when there is no such member, or it is null.
    func value(of key: String) throws -> Data? {
        var found: ArraySlice<UInt8>?
        var position = (self.text.firstIndex(of: UInt8(ascii: "{")) ?? self.text.endIndex) + 1
        while let keyStart = self.text[position...].firstIndex(of: UInt8(ascii: "\"")) {
            let keyEnd = self.endOfValue(from: keyStart)
            let colon = self.text[keyEnd...].firstIndex(of: UInt8(ascii: ":")) ?? keyEnd
            let valueStart = self.text[(colon + 1)...].firstIndex { !Self.isSpace($0) } ?? self.text.endIndex
            let valueEnd = self.endOfValue(from: valueStart)
            if try JSONDecoder().decode(String.self, from: Data(self.text[keyStart..<keyEnd])) == key {
                found = self.text[valueStart..<valueEnd]
            }
            position = valueEnd
        }
        guard let found, !found.elementsEqual("null".utf8) else { return nil }
        return Data(found)
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
