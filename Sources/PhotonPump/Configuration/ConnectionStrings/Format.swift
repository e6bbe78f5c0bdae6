/// How a value of some kind is written.
struct Format<Value> {
    /// What the value must be, as in "must be …".
    let meaning: String
    /// nil if the text is not such a value.
    let read: (String) -> Value?
    /// nil for values that are never written.
    var write: (Value) -> String? = { _ in nil }

    /// The same for an optional setting.
    var optional: Format<Value?> {
        Format<Value?>(
            meaning: self.meaning, read: { self.read($0).map(Optional.some) }, write: { $0.flatMap(self.write) })
    }
}

extension Format<String> {
    static var text: Self { Format(meaning: "text", read: { $0 }, write: { $0 }) }
}

extension Format<[String: String]> {
    /// `key=value,key=value`, in the order of the keys. Neither may be empty, or contain what separates them.
    static var pairs: Self {
        Format(
            meaning: "host=name,host=name",
            read: { text in
                var pairs: [String: String] = [:]
                for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
                    let parts = pair.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
                    guard parts.count == 2, !parts.contains(""), pairs.updateValue(parts[1], forKey: parts[0]) == nil
                    else {
                        return nil
                    }
                }
                return pairs
            },
            write: { $0.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: ",") }
        )
    }
}

extension Format<Bool> {
    static var flag: Self {
        Format(
            meaning: "true or false",
            read: { ["true": true, "false": false][$0.lowercased()] },
            write: { $0 ? "true" : "false" }
        )
    }

    /// A setting with the opposite meaning.
    static var negatedFlag: Self {
        Format(meaning: self.flag.meaning, read: { self.flag.read($0).map { !$0 } })
    }
}

extension Format<Int> {
    static var port: Self { self.number(1...65535, "a number from 1 to 65535") }

    static func count(from least: Int) -> Self {
        self.number(least ... .max, "a whole number, \(least) or above")
    }

    private static func number(_ range: ClosedRange<Int>, _ meaning: String) -> Self {
        Format(
            meaning: meaning,
            read: { text in
                // `Int` would accept a sign here.
                guard text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return nil }
                return Int(text).flatMap { range.contains($0) ? $0 : nil }
            },
            write: { String($0) }
        )
    }
}

extension Format<Int?> {
    /// A number, or `word` for no limit.
    static func limit(from least: Int, unlimited word: String) -> Self {
        let count = Format<Int>.count(from: least)
        return Format(
            meaning: "\(count.meaning), or \(word)",
            read: { text in text.lowercased() == word ? .some(nil) : count.read(text).map { $0 } },
            write: { $0.map(String.init) ?? word }
        )
    }
}

extension Format<Duration> {
    /// A whole number with the unit `ms`, `s` or `m`. Fractions of a millisecond are rounded up.
    static var duration: Self {
        Format(
            meaning: "a whole number above zero followed by ms, s or m, at most a year",
            read: { text in
                let digits = text.prefix { $0.isASCII && $0.isNumber }
                guard let number = Format<Int>.count(from: 1).read(String(digits)) else { return nil }
                let duration: Duration? =
                    switch text[digits.endIndex...] {
                    case "ms": .milliseconds(number)
                    case "s": .seconds(number)
                    // More than fits would be too long, too.
                    case "m": .seconds(min(number, .max / 60) * 60)
                    default: nil
                    }
                return duration.flatMap(self.upToAYear)
            },
            // Those that are set in code and not checked yet may be of any length.
            write: { duration in
                let (whole, rest) = duration.attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
                return "\(rest > 0 ? whole + 1 : whole)ms"
            }
        )
    }

    /// A whole number of milliseconds.
    static var milliseconds: Self {
        Format(
            meaning: "a whole number of milliseconds above zero and at most a year",
            read: { text in Format<Int>.count(from: 1).read(text).flatMap { self.upToAYear(.milliseconds($0)) } }
        )
    }

    /// What validation accepts, so that what is read can be written and read again.
    fileprivate static func upToAYear(_ duration: Duration) -> Duration? {
        duration <= CallTerms.longest ? duration : nil
    }
}

extension Format<Duration> {
    /// A whole number of milliseconds, or -1 for never, which is a year here.
    static var millisecondsOrNever: Self {
        Format(
            meaning: "\(self.milliseconds.meaning), or -1 for never",
            read: { $0 == "-1" ? CallTerms.longest : self.milliseconds.read($0) }
        )
    }
}

extension Format<Duration?> {
    /// A whole number of milliseconds, or 0 for no limit.
    static var millisecondsOrNone: Self {
        Format(
            meaning: "\(Format<Duration>.milliseconds.meaning), or 0 for no limit",
            read: { text in text == "0" ? .some(nil) : Format<Duration>.milliseconds.read(text) }
        )
    }
}

extension Format<NodePreference> {
    /// In the terms of older or newer servers.
    static var preference: Self {
        Format(
            meaning: "master, follower, random or readOnlyReplica",
            read: { text in
                switch text.lowercased() {
                case "master", "leader": .master
                case "follower", "slave": .follower
                case "random": .random
                case "readonlyreplica": .readOnlyReplica
                default: nil
                }
            },
            write: { $0.rawValue }
        )
    }
}

extension Format<TracingMode> {
    static var tracing: Self {
        Format(
            meaning: "full, spans or off",
            read: { TracingMode(rawValue: $0.lowercased()) },
            write: { $0.rawValue }
        )
    }
}

extension Format<RetrySettings.DoubtfulWrites> {
    static var doubtfulWrites: Self {
        Format(
            meaning: "fail or repeat",
            read: { RetrySettings.DoubtfulWrites(rawValue: $0.lowercased()) },
            write: { $0.rawValue }
        )
    }
}
