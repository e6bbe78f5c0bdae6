/// Goes through JSON text in UTF-8: what RFC 8259 allows, and nothing else. A byte order mark, another encoding, a comma
/// too many and a comment are all refused.
///
/// Where the RFC leaves it open: objects and arrays may be ``maximumDepth`` deep; numbers may be of any size and precision,
/// because they are taken over as they are written; an escaped surrogate without its other half is refused, because it is
/// no character; names may come twice, unless whoever reads an object minds.
package struct JSONScanner {
    package static let maximumDepth = 512

    private let bytes: UnsafeRawBufferPointer
    package private(set) var position = 0
    /// Whether all that was gone through can be printed on one line of a terminal as it is: there are no line ends,
    /// tabulators and other control characters, and none that terminals do not show.
    package private(set) var isPlain = true

    /// - Parameter bytes: valid for as long as this is used.
    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Whether the whole text is one JSON value, with white space around it.
    package static func isJSON(_ text: UnsafeRawBufferPointer) -> Bool {
        var scanner = JSONScanner(text)
        return (try? scanner.document()) != nil
    }

    private var next: UInt8? { self.position < self.bytes.count ? self.bytes[self.position] : nil }

    /// Goes through the one value that the text is.
    package mutating func document() throws(JSONFault) {
        _ = try self.value()
        try self.end()
    }

    /// Goes through the white space at the end.
    package mutating func end() throws(JSONFault) {
        self.skipSpace()
        if self.next != nil { throw self.expected("the end") }
    }

    /// Goes through an object.
    ///
    /// - Parameter member: gets the name's place, see ``text(_:)``, and goes through the value.
    package mutating func object(_ member: (inout JSONScanner, Range<Int>) throws -> Void) throws {
        self.skipSpace()
        guard self.skip("{") else { throw self.expected("an object") }
        self.skipSpace()
        if self.skip("}") { return }
        repeat {
            try member(&self, try self.name())
            self.skipSpace()
        } while self.skip(",")
        guard self.skip("}") else { throw self.expected("',' or '}'") }
    }

    /// Goes through a value and the white space in front of it. Loops, because a text that is nested deeply is no reason
    /// to run out of stack.
    ///
    /// - Returns: where the value is.
    package mutating func value() throws(JSONFault) -> Range<Int> {
        self.skipSpace()
        let start = self.position
        var nesting = JSONNesting(limit: Self.maximumDepth)
        repeat {
            guard try self.beginsValue(&nesting) else { continue }
            // A value is over, and perhaps those around it are.
            while let isObject = nesting.isInObject {
                self.skipSpace()
                if self.skip(",") {
                    if isObject { _ = try self.name() }
                    break
                }
                guard self.skip(isObject ? "}" : "]") else {
                    throw self.expected(isObject ? "',' or '}'" : "',' or ']'")
                }
                nesting.leave()
            }
        } while !nesting.isEmpty
        return start..<self.position
    }

    /// Goes through a value that has no parts, or to the first part of one.
    ///
    /// - Returns: whether it is over.
    private mutating func beginsValue(_ nesting: inout JSONNesting) throws(JSONFault) -> Bool {
        self.skipSpace()
        switch self.next {
        case UInt8(ascii: "\""): _ = try self.string()
        case UInt8(ascii: "-"): try self.number()
        case .some(let byte) where Self.isDigit(byte): try self.number()
        case UInt8(ascii: "t"): try self.literal("true")
        case UInt8(ascii: "f"): try self.literal("false")
        case UInt8(ascii: "n"): try self.literal("null")
        case UInt8(ascii: "{"): return try self.begins(object: true, in: &nesting)
        case UInt8(ascii: "["): return try self.begins(object: false, in: &nesting)
        default: throw self.expected("a value")
        }
        return true
    }

    private mutating func begins(object isObject: Bool, in nesting: inout JSONNesting) throws(JSONFault) -> Bool {
        guard nesting.enter(object: isObject) else {
            throw self.fault("nested more than \(Self.maximumDepth) deep")
        }
        self.position += 1
        self.skipSpace()
        if self.skip(isObject ? "}" : "]") {
            nesting.leave()
            return true
        }
        if isObject { _ = try self.name() }
        return false
    }

    /// Goes through a member's name and the colon behind it.
    private mutating func name() throws(JSONFault) -> Range<Int> {
        self.skipSpace()
        let name = try self.string()
        self.skipSpace()
        guard self.skip(":") else { throw self.expected("':'") }
        return name
    }

    private mutating func number() throws(JSONFault) {
        _ = self.skip("-")
        // Nothing but a fraction or an exponent follows a zero.
        if !self.skip("0") { try self.digits() }
        if self.skip(".") { try self.digits() }
        if self.skip("e") || self.skip("E") {
            if !self.skip("+") { _ = self.skip("-") }
            try self.digits()
        }
    }

    private mutating func digits() throws(JSONFault) {
        guard let first = self.next, Self.isDigit(first) else { throw self.expected("a digit") }
        while let digit = self.next, Self.isDigit(digit) { self.position += 1 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private mutating func literal(_ word: StaticString) throws(JSONFault) {
        let end = self.position + word.utf8CodeUnitCount
        guard end <= self.bytes.count,
            word.withUTF8Buffer({ $0.elementsEqual(self.bytes[self.position..<end]) })
        else { throw self.expected("a value") }
        self.position = end
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard self.next == UInt8(ascii: character) else { return false }
        self.position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = self.next {
            switch byte {
            case UInt8(ascii: " "): break
            case UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): self.isPlain = false
            default: return
            }
            self.position += 1
        }
    }
}

// MARK: Strings

extension JSONScanner {
    /// Goes through a string.
    ///
    /// - Returns: where its content is, see ``text(_:)``.
    package mutating func string() throws(JSONFault) -> Range<Int> {
        self.skipSpace()
        guard self.skip("\"") else { throw self.expected("a string") }
        let start = self.position
        while true {
            self.skipOrdinary()
            switch self.next {
            case UInt8(ascii: "\""):
                self.position += 1
                return start..<(self.position - 1)
            case UInt8(ascii: "\\"): _ = try self.escape()
            case 0x7F:
                self.isPlain = false
                self.position += 1
            case .some(let byte) where byte >= 0x80: try self.character()
            case .some: throw self.fault("a control character in a string must be escaped")
            case nil: throw self.expected("'\"'")
            }
        }
    }

    /// The text of a value; nil if that is no string.
    package func string(at value: Range<Int>) -> String? {
        guard self.bytes[value.lowerBound] == UInt8(ascii: "\"") else { return nil }
        return self.text((value.lowerBound + 1)..<(value.upperBound - 1))
    }

    /// The text of a string, whose content was found to be there.
    package func text(_ content: Range<Int>) -> String {
        let raw = UnsafeRawBufferPointer(rebasing: self.bytes[content])
        guard raw.contains(UInt8(ascii: "\\")) else { return String(decoding: raw, as: UTF8.self) }
        var scanner = JSONScanner(raw)
        var text: [UInt8] = []
        while let byte = scanner.next {
            if byte == UInt8(ascii: "\\"), let scalar = try? scanner.escape() {
                text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            } else {
                text.append(byte)
                scanner.position += 1
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Goes through printable ASCII without quotation marks and backslashes. That is what most text consists of, so this
    /// looks at eight bytes at a time, as one number; the SIMD types of Swift are many times slower.
    private mutating func skipOrdinary() {
        while self.position + 8 <= self.bytes.count {
            let word = UInt64(
                littleEndian: self.bytes.loadUnaligned(fromByteOffset: self.position, as: UInt64.self))
            let special = Self.special(in: word)
            if special != 0 {
                self.position += special.trailingZeroBitCount / 8
                return
            }
            self.position += 8
        }
        while let byte = self.next, Self.special(in: UInt64(byte) | Self.each(0x20) << 8) == 0 { self.position += 1 }
    }

    /// The highest bit of the first byte that is special, and perhaps of others behind it; 0 if none is. (In a
    /// subtraction only what is less than the subtrahend borrows from the bytes behind it, and in the addition only 0xFF
    /// carries over to them.)
    private static func special(in word: UInt64) -> UInt64 {
        let quotes = word ^ self.each(UInt8(ascii: "\""))
        let backslashes = word ^ self.each(UInt8(ascii: "\\"))
        let low = (word &- self.each(0x20)) & ~word
        let marks = ((quotes &- self.each(1)) & ~quotes) | ((backslashes &- self.each(1)) & ~backslashes)
        let high = word | (word &+ self.each(1))
        return (low | marks | high) & self.each(0x80)
    }

    /// A word of eight such bytes.
    private static func each(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

    /// Goes through an escape sequence, or the two that are a surrogate pair.
    private mutating func escape() throws(JSONFault) -> Unicode.Scalar {
        self.position += 1
        guard let byte = self.next else { throw self.expected("what is escaped") }
        if byte == UInt8(ascii: "u") { return try self.escapedUnits() }
        let scalar: Unicode.Scalar
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scalar = Unicode.Scalar(byte)
        case UInt8(ascii: "b"): scalar = "\u{8}"
        case UInt8(ascii: "f"): scalar = "\u{C}"
        case UInt8(ascii: "n"): scalar = "\n"
        case UInt8(ascii: "r"): scalar = "\r"
        case UInt8(ascii: "t"): scalar = "\t"
        default: throw self.expected("one of \"\\/bfnrtu behind a backslash")
        }
        self.position += 1
        return scalar
    }

    private mutating func escapedUnits() throws(JSONFault) -> Unicode.Scalar {
        let start = self.position - 1
        let first = try self.escapedUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        // What is no scalar is a surrogate.
        if UTF16.isLeadSurrogate(first), self.skip("\\"), self.next == UInt8(ascii: "u"),
            case let second = try self.escapedUnit(), UTF16.isTrailSurrogate(second)
        {
            return UTF16.decode(UTF16.EncodedScalar([first, second]))
        }
        self.position = start
        throw self.fault("half of a surrogate pair is no character")
    }

    private mutating func escapedUnit() throws(JSONFault) -> UInt16 {
        self.position += 1
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = self.next.flatMap(Self.hexDigit) else {
                throw self.expected("four hexadecimal digits behind '\\u'")
            }
            unit = unit << 4 | digit
            self.position += 1
        }
        return unit
    }

    private static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte & 0x0F)
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte & 0x0F + 9)
        default: nil
        }
    }

    /// Goes through a character beyond ASCII, as the table of well-formed byte sequences in the Unicode standard has it.
    private mutating func character() throws(JSONFault) {
        let lead = self.bytes[self.position]
        var second: ClosedRange<UInt8> = 0x80...0xBF
        let length: Int
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if lead == 0xE0 { second = 0xA0...0xBF }
            if lead == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if lead == 0xF0 { second = 0x90...0xBF }
            if lead == 0xF4 { second = 0x80...0x8F }
        default: throw self.fault("this is not UTF-8")
        }
        guard self.position + length <= self.bytes.count, second.contains(self.bytes[self.position + 1]),
            self.bytes[(self.position + 2)..<(self.position + length)].allSatisfy({ $0 & 0xC0 == 0x80 })
        else { throw self.fault("this is not UTF-8") }
        // Characters that terminals act on, or do not show, begin with these.
        if lead == 0xC2 || lead == 0xE2 { self.isPlain = false }
        self.position += length
    }
}

// MARK: Faults

extension JSONScanner {
    private func expected(_ what: String) -> JSONFault {
        let found =
            switch self.next {
            case nil: "the end"
            case .some(let byte) where byte < 0x20 || byte >= 0x7F: "the byte 0x\(String(byte, radix: 16))"
            case .some(let byte): "'\(Unicode.Scalar(byte))'"
            }
        return self.fault("expected \(what), found \(found)")
    }

    /// Columns are counted from 1, in characters (more precisely, in Unicode scalars).
    private func fault(_ what: String) -> JSONFault {
        let column = 1 + self.bytes[..<self.position].count { $0 & 0xC0 != 0x80 }
        return JSONFault(description: "column \(column): \(what)")
    }
}
