internal import Foundation

/// A time as servers write it, with any number of decimals, and `Z` or an offset at the end.
enum ServerDate {
    /// nil if the text is none.
    static func parse(_ text: String) -> Date? {
        let style = Date.ISO8601FormatStyle()
        guard let match = text.firstMatch(of: #/\.\d+/#) else { return try? style.parse(text) }
        let whole = try? style.parse(text.replacingCharacters(in: match.range, with: ""))
        return Double("0\(match.0)").flatMap { whole?.addingTimeInterval($0) }
    }
}
