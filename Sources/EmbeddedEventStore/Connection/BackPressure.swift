/// Decides when to stop reading from a client that does not take its replies.
struct BackPressure {
    /// The number of unsent bytes above which reading stops; below half of it, reading resumes.
    private let mark: Int
    private(set) var isHolding = false

    init(mark: Int = 1 << 20) {
        self.mark = mark
    }

    mutating func unsentChanged(to count: Int) {
        self.isHolding = self.isHolding ? count >= self.mark / 2 : count > self.mark
    }
}
