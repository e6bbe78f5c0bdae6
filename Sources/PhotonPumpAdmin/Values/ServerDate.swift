internal import PhotonPumpSystem

/// A time as servers write it, with any number of decimals, and `Z` or an offset at the end.
enum ServerDate {
    /// nil if the text is none.
    static func parse(_ text: String) -> Date? {
        let style = Date.ISO8601FormatStyle()
        guard let match = text.firstMatch(of: #/\.\d+/#) else { return try? style.parse(text) }
        var whole = text
        whole.removeSubrange(match.range)
        return Double("0\(match.0)").flatMap { (try? style.parse(whole))?.addingTimeInterval($0) }
    }
}
