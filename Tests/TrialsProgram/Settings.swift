/// What the program is to do: words such as `seed=7`.
struct Settings {
    struct Unknown: Error, CustomStringConvertible {
        let word: String
        var description: String { "'\(self.word)' is none of seed=, seconds= and calls= with a number" }
    }

    /// The only one to try; nil for many, from any on.
    private(set) var seed: UInt64?
    /// For how long.
    private(set) var seconds: UInt64 = 60
    /// How many calls each takes.
    private(set) var calls: UInt64 = 4_000

    init(_ words: some Sequence<String>) throws {
        for word in words {
            let parts = word.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw Unknown(word: word) }
            // As make passes on what is not set.
            if parts[1].isEmpty { continue }
            guard let number = UInt64(parts[1]) else { throw Unknown(word: word) }
            switch parts[0] {
            case "seed": self.seed = number
            case "seconds": self.seconds = number
            case "calls": self.calls = number
            default: throw Unknown(word: word)
            }
        }
    }
}
