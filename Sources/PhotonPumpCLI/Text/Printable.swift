/// Text from elsewhere, such as the name of a stream, made fit for a terminal.
enum Printable {
    /// How text is made fit.
    enum Form {
        /// What a terminal could take for a command, and what would make a line look like another one, is escaped as in
        /// JSON.
        case line
        /// The same within a JSON string, where quotation marks and backslashes are escaped, too.
        case quoted
        /// The same for JSON text. Line ends and tabulators in it can only be white space between its parts, and become
        /// spaces; whatever else is escaped can only be in its strings.
        case json
    }

    /// The text on one line, with escapes.
    static func line(_ text: String) -> String {
        // Most text is harmless.
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 || $0 == 0xE2 }) else { return text }
        var line: [UInt8] = []
        self.append(text, as: .line, to: &line)
        return String(decoding: line, as: UTF8.self)
    }

    static func append(_ text: String, as form: Form, to line: inout [UInt8]) {
        var text = text
        text.withUTF8 { self.append(UnsafeRawBufferPointer($0), as: form, to: &line) }
    }

    /// - Parameter text: in UTF-8.
    static func append(_ text: UnsafeRawBufferPointer, as form: Form, to line: inout [UInt8]) {
        // What is harmless is copied as one piece.
        var copied = 0
        var position = 0
        while position < text.count {
            guard let escape = self.escape(at: position, of: text, form) else {
                position += 1
                continue
            }
            line.append(contentsOf: text[copied..<position])
            escape.append(to: &line)
            position += escape.length
            copied = position
        }
        line.append(contentsOf: text[copied...])
    }

    /// What stands for a character in the output.
    private struct Escape {
        /// Of the character.
        let length: Int
        let scalar: UInt16
        /// What stands for it alone, or behind a backslash; nil for its number.
        var byte: UInt8?
        var hasBackslash = true

        func append(to line: inout [UInt8]) {
            if self.hasBackslash { line.append(UInt8(ascii: "\\")) }
            if let byte { return line.append(byte) }
            line.append(UInt8(ascii: "u"))
            for byte in [UInt8(self.scalar >> 8), UInt8(self.scalar & 0xFF)] {
                line.append(hexDigit(byte >> 4))
                line.append(hexDigit(byte))
            }
        }
    }

    /// Control characters, separators of lines and paragraphs, and what changes the direction of the text around it.
    private static func escape(at position: Int, of text: UnsafeRawBufferPointer, _ form: Form) -> Escape? {
        switch text[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            return form == .quoted ? Escape(length: 1, scalar: 0, byte: text[position]) : nil
        case let byte where byte < 0x20: return self.escape(control: byte, form)
        case 0x7F: return Escape(length: 1, scalar: 0x7F)
        case 0xC2 where position + 1 < text.count:
            let scalar = UInt16(text[position + 1])
            return (0x80...0x9F).contains(scalar) ? Escape(length: 2, scalar: scalar) : nil
        case 0xE2 where position + 2 < text.count:
            let scalar = 0x2000 | UInt16(text[position + 1] & 0x3F) << 6 | UInt16(text[position + 2] & 0x3F)
            let isDangerous = (0x2028...0x202E).contains(scalar) || (0x2066...0x2069).contains(scalar)
            return isDangerous ? Escape(length: 3, scalar: scalar) : nil
        default: return nil
        }
    }

    private static func escape(control byte: UInt8, _ form: Form) -> Escape {
        switch (form, byte) {
        case (.json, UInt8(ascii: "\t")), (.json, UInt8(ascii: "\n")), (.json, UInt8(ascii: "\r")):
            Escape(length: 1, scalar: 0, byte: UInt8(ascii: " "), hasBackslash: false)
        case (.quoted, UInt8(ascii: "\t")): Escape(length: 1, scalar: 0, byte: UInt8(ascii: "t"))
        case (.quoted, UInt8(ascii: "\n")): Escape(length: 1, scalar: 0, byte: UInt8(ascii: "n"))
        case (.quoted, UInt8(ascii: "\r")): Escape(length: 1, scalar: 0, byte: UInt8(ascii: "r"))
        default: Escape(length: 1, scalar: UInt16(byte))
        }
    }
}

/// The lower four bits of `value` as a hexadecimal digit.
func hexDigit(_ value: UInt8) -> UInt8 {
    let digit = value & 0x0F
    return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
}
