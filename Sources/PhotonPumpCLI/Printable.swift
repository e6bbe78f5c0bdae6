/// Text from elsewhere, such as the name of a stream, made fit for a terminal.
enum Printable {
    /// The text on one line, in which what a terminal could take for a command, and what would make a line look like
    /// another one, is escaped as in JSON. (Within JSON text, that can only be in its strings.)
    static func line(_ text: String) -> String {
        // Most text is harmless, which its bytes tell faster: 0xC2 and 0xE2 begin all dangerous scalars beyond ASCII.
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 || $0 == 0xE2 }) else { return text }
        return text.unicodeScalars.map { self.isDangerous($0) ? self.escaped($0) : String($0) }.joined()
    }

    /// Control characters, separators of lines and paragraphs, and what changes the direction of the text around it.
    static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    static func escaped(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
