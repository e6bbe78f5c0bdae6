import ArgumentParser
import Foundation

/// What `--since` says about a time.
enum TimeArgument {
    private static let secondsPerUnit: [Substring: Double] = [
        "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800,
    ]

    /// - Parameters:
    ///   - text: so long ago, as in `90s`, `2h` or `1d12h`, or a time as ISO 8601 has it, whose parts may be missing from
    ///     the end; without a zone it is in UTC.
    ///   - now: what to count back from.
    static func time(_ text: String, now: Date = Date()) throws -> Date {
        guard let time = self.ago(text).map({ now.addingTimeInterval(-$0) }) ?? self.date(text) else {
            throw ValidationError(
                "'\(text)' is no time, such as 2026-11-29T08:30 (in UTC) or 2h (s, m, h, d and w are understood)")
        }
        // Points in time are not exact in Foundation: an event of exactly that time is meant, too.
        return time.addingTimeInterval(-0.000_000_5)
    }

    private static func ago(_ text: String) -> TimeInterval? {
        guard text.wholeMatch(of: /(?:[0-9]{1,9}(?:\.[0-9]{1,9})?[smhdw])+/) != nil else { return nil }
        return text.matches(of: /([0-9.]+)([smhdw])/).reduce(0) { sum, part in
            sum + (Double(part.1) ?? 0) * (self.secondsPerUnit[part.2] ?? 0)
        }
    }

    private static func date(_ text: String) -> Date? {
        let pattern =
            /([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?/
        guard let match = text.wholeMatch(of: pattern) else { return nil }
        let (day, minute, second) = (match.1, match.2 ?? "00:00", match.3 ?? "00")
        let whole = "\(day)T\(minute):\(second)\(match.5 ?? "Z")"
        // The format takes a day like 30 February for another one.
        guard let time = try? Date.ISO8601FormatStyle().parse(whole),
            let midnight = try? Date.ISO8601FormatStyle().parse("\(day)T00:00:00Z"),
            midnight.formatted(.iso8601.year().month().day()) == day,
            minute < "24:00", minute.suffix(2) < "60", second < "60"
        else { return nil }
        return time.addingTimeInterval(match.4.flatMap { Double("0.\($0)") } ?? 0)
    }
}
