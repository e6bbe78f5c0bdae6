/// Percent-encoding, as in URLs: `%` and two hexadecimal digits stand for a byte of UTF-8.
package enum PercentEncoding {
    /// What is wrong with a text that should be encoded.
    package enum Mistake: Error {
        /// Two hexadecimal digits do not follow a `%`.
        case digitsMissing
        /// The bytes that it stands for are not UTF-8.
        case notUTF8
    }

    /// A text in which no character has a special meaning anywhere in a URL.
    package static func encode(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            let isPlain = character.isASCII && (character.isLetter || character.isNumber || "-._~".contains(character))
            return isPlain ? String(character) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
        .joined()
    }

    /// The text that this one stands for, whatever else than `%` it contains.
    package static func decode(_ text: String) throws(Mistake) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = Self.digit(rest.popFirst()), let low = Self.digit(rest.popFirst()) else {
                throw .digitsMissing
            }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        return decoded
    }

    private static func digit(_ byte: UInt8?) -> UInt8? {
        byte.flatMap { Character(Unicode.Scalar($0)).hexDigitValue }.map(UInt8.init)
    }
}
