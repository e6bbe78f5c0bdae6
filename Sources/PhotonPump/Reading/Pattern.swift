internal import Synchronization

/// A regular expression, made from its text.
final class Pattern: Sendable {
    /// How deep character classes may be in one another. The parser calls itself for each, and counts only groups; those
    /// may be 62 deep.
    private static let deepestClass = 8

    /// `Regex` is not Sendable, as a closure may be a part of it. Next to a search the lock costs nothing that can be
    /// measured.
    private let regex: Mutex<Regex<AnyRegexOutput>>

    init(_ text: String) throws(PatternFault) {
        guard !text.isEmpty else { throw PatternFault(description: "it is empty") }
        guard Self.depthOfClasses(in: text) <= Self.deepestClass else {
            throw PatternFault(description: "there are more than \(Self.deepestClass) character classes in one another")
        }
        do {
            // As servers do: otherwise `e` would not be found in an é that consists of two scalars, nor `\bOrder` in
            // `Shop.Order`, which the rules for words in Unicode have as one word.
            self.regex = Mutex(try Regex(text).matchingSemantics(.unicodeScalar).wordBoundaryKind(.simple))
        } catch {
            throw PatternFault(description: "\(error)")
        }
    }

    func isFound(in text: String) -> Bool {
        self.regex.withLock { text.contains($0) }
    }

    /// An expression that matches the text itself, here and on servers.
    static func escaping(_ text: String) -> String {
        var pattern = ""
        for scalar in text.unicodeScalars {
            if #"\^$.|?*+()[]{}"#.unicodeScalars.contains(scalar) { pattern.unicodeScalars.append("\\") }
            pattern.unicodeScalars.append(scalar)
        }
        return pattern
    }

    /// At least how deep they are: a quotation or a comment may have brackets that are none.
    private static func depthOfClasses(in text: String) -> Int {
        var depth = 0
        var deepest = 0
        var isEscaped = false
        var isQuoted = false
        for byte in text.utf8 {
            switch byte {
            case _ where isEscaped: isQuoted = byte == UInt8(ascii: "Q") || isQuoted && byte != UInt8(ascii: "E")
            case UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "]") where !isQuoted: depth = max(0, depth - 1)
            default: break
            }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            deepest = max(deepest, depth)
        }
        return deepest
    }
}

/// Why a text is not a regular expression.
struct PatternFault: Error {
    let description: String
}
