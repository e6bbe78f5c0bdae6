import Foundation

/// Points in time as ISO 8601 has them, with milliseconds.
struct Timestamps {
    private static let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    private static let secondsPerDay = 86_400.0

    /// The last day asked for, in days since Foundation's reference date.
    private var day = Double.nan
    /// That day and the T behind it.
    private var date: [UInt8] = []

    mutating func text(_ time: Date) -> String {
        var text: [UInt8] = []
        self.append(time, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Foundation knows the calendar; events of one day ask it once.
    mutating func append(_ time: Date, to line: inout [UInt8]) {
        let seconds = time.timeIntervalSinceReferenceDate
        let whole = seconds.rounded(.down)
        let day = (whole / Self.secondsPerDay).rounded(.down)
        // Before 1970 nothing was written by a clock that is right.
        guard time.timeIntervalSince1970 >= 0 else {
            return line.append(contentsOf: time.formatted(Self.format).utf8)
        }
        if day != self.day {
            let midnight = Date(timeIntervalSinceReferenceDate: day * Self.secondsPerDay).formatted(Self.format)
            self.date = Array(midnight.utf8.prefix { $0 != UInt8(ascii: "T") }) + [UInt8(ascii: "T")]
            self.day = day
        }
        let second = Int(whole - day * Self.secondsPerDay)
        line.append(contentsOf: self.date)
        line.append(second / 3600, digits: 2)
        line.append(ascii: ":")
        line.append(second / 60 % 60, digits: 2)
        line.append(ascii: ":")
        line.append(second % 60, digits: 2)
        line.append(ascii: ".")
        line.append(Int((seconds - whole) * 1_000_000_000) / 1_000_000, digits: 3)
        line.append(ascii: "Z")
    }
}
