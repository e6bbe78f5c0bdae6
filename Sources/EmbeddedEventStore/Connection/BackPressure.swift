/// Decides when a client that does not take its replies is not listened to.
struct BackPressure {
    /// Unsent bytes above which the client is held up, and below half of which it may go on.
    private let mark: Int
    private(set) var isHolding = false

    init(mark: Int = 1 << 20) {
        self.mark = mark
    }

    mutating func unsentChanged(to count: Int) {
        self.isHolding = self.isHolding ? count >= self.mark / 2 : count > self.mark
    }
}
