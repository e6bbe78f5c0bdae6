/// What the program is to do: `simulate` or `soak`, and words such as `seed=7`.
struct Settings {
    struct Unknown: Error, CustomStringConvertible {
        let word: String
        var description: String {
            "'\(self.word)' is none of simulate, soak, and seed=, seconds=, calls= and minutes= with a number"
        }
    }

    /// Whether the trials are on the machine's network, and not simulated.
    private(set) var isSoak = false
    /// The first, and the only one to simulate; nil for any, and many.
    private(set) var seed: UInt64?
    /// For how long there are simulations.
    private(set) var seconds: UInt64 = 60
    /// How many calls each takes.
    private(set) var calls: UInt64 = 4_000
    /// For how long there are trials on the machine's network.
    private(set) var minutes: UInt64 = 5

    init(_ words: some Sequence<String>) throws {
        for word in words {
            if word == "simulate" { continue }
            if word == "soak" {
                self.isSoak = true
                continue
            }
            let parts = word.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw Unknown(word: word) }
            // As make passes on what is not set.
            if parts[1].isEmpty { continue }
            guard let number = UInt64(parts[1]) else { throw Unknown(word: word) }
            switch parts[0] {
            case "seed": self.seed = number
            case "seconds": self.seconds = number
            case "calls": self.calls = number
            case "minutes": self.minutes = number
            default: throw Unknown(word: word)
            }
        }
    }
}
