/// What is left of the work that a filter's expression may cause: there are some whose comparison with a text takes twice
/// as long for each of its characters. Every event gives back a little, so that a slow one can go on for ever, as long
/// as it is not too slow; a value.
struct FilterEffort {
    /// In steps of 10,000, which is how often the library reports that it is still busy.
    private static let limit = 100

    private var rest = Self.limit
    /// Whether there was too much of it. It is never reset: the filter may have passed over events.
    private(set) var isSpent = false

    mutating func eventBegins() {
        self.rest = min(self.rest + 1, Self.limit)
    }

    mutating func spend() {
        self.rest -= 1
        if self.rest <= 0 { self.isSpent = true }
    }
}
