internal import PhotonPumpTransport

/// A part of a connection string. Each character knows its position in the whole string.
///
/// Unicode scalars are taken for the characters: a mark that combines with what is in front of it would hide a separator.
struct Part {
    private struct Placed {
        let character: Character
        let position: Int
    }

    private var characters: ArraySlice<Placed>
    /// Where the part ends, to report where something is missing.
    private var end: Int

    init(_ text: String) {
        self.characters = text.unicodeScalars.enumerated().map { Placed(character: Character($1), position: $0) }[...]
        self.end = self.characters.count
    }

    private init(_ characters: ArraySlice<Placed>, end: Int) {
        self.characters = characters
        self.end = characters.last.map { $0.position + 1 } ?? end
    }

    var text: String { String(self.characters.map(\.character)) }
    var isEmpty: Bool { self.characters.isEmpty }
    var first: Character? { self.characters.first?.character }
    /// Where the part begins in the whole string, counted in characters from 0.
    var position: Int { self.characters.first?.position ?? self.end }

    /// An error with its position. The text must not contain anything that may be a name or a password.
    func error(_ problem: String) -> PhotonPumpError {
        PhotonPumpError(.invalidConfiguration, "connection string, at character \(self.position): \(problem)")
    }
}

// MARK: Taking apart

extension Part {
    func contains(_ character: Character) -> Bool {
        self.characters.contains { $0.character == character }
    }

    /// The part from the first such character on.
    func from(_ isMeant: (Character) -> Bool) -> Part? {
        self.characters.firstIndex { isMeant($0.character) }.map { Part(self.characters[$0...], end: self.end) }
    }

    func dropFirst(_ count: Int = 1) -> Part {
        Part(self.characters.dropFirst(count), end: self.end)
    }

    /// The part without this prefix, in any case; nil if it does not have it.
    func drop(prefix: String) -> Part? {
        let start = String(self.characters.prefix(prefix.count).map(\.character))
        return start.lowercased() == prefix ? self.dropFirst(prefix.count) : nil
    }

    func dropLast() -> Part {
        Part(self.characters.dropLast(), end: self.position)
    }

    /// The part without the white space around it.
    func trimmed() -> Part {
        let rest = self.characters.drop { $0.character.isWhitespace }
        let count = rest.reversed().drop { $0.character.isWhitespace }.count
        return Part(rest.prefix(count), end: rest.first?.position ?? self.end)
    }

    /// What is before and after the first separator, or the last one.
    func cut(at separator: Character, last: Bool = false) -> (before: Part, after: Part)? {
        let isSeparator = { (placed: Placed) in placed.character == separator }
        let index =
            last ? self.characters.lastIndex(where: isSeparator) : self.characters.firstIndex(where: isSeparator)
        guard let index else { return nil }
        return (
            Part(self.characters[..<index], end: self.characters[index].position),
            Part(self.characters[(index + 1)...], end: self.end)
        )
    }

    /// The parts between separators; empty ones included.
    func split(at separator: Character) -> [Part] {
        var parts: [Part] = []
        var rest = self
        while let (before, after) = rest.cut(at: separator) {
            parts.append(before)
            rest = after
        }
        return parts + [rest]
    }

    /// The content of the quotes at the start of this part, where a doubled quote stands for one, and what follows; nil
    /// if they are not closed.
    func unquoted() -> (content: Part, rest: Part)? {
        guard let quote = self.first else { return nil }
        var content: [Placed] = []
        var rest = self.characters.dropFirst()
        while let placed = rest.popFirst() {
            if placed.character == quote {
                guard rest.first?.character == quote else {
                    return (Part(content[...], end: placed.position), Part(rest, end: self.end))
                }
                rest.removeFirst()
            }
            content.append(placed)
        }
        return nil
    }
}

// MARK: Percent-encoding

extension Part {
    /// The text without its percent-encoding.
    ///
    /// - Parameter name: what this is, for errors.
    func decoded(_ name: String) throws(PhotonPumpError) -> String {
        guard !self.isEmpty else { throw self.error("\(name) is empty") }
        do {
            return try PercentEncoding.decode(self.text)
        } catch {
            switch error {
            case .digitsMissing: throw self.error("\(name) has a % without two hexadecimal digits")
            case .notUTF8: throw self.error("\(name) is not valid UTF-8 once its percent-encoding is decoded")
            }
        }
    }
}
