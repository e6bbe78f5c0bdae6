/// How long to wait before a request is repeated: longer each time, up to a ceiling, and shortened by chance, so that
/// many clients do not come back at once; pure.
struct Backoff {
    var first: Duration = .milliseconds(100)
    var ceiling: Duration = .seconds(2)

    /// - Parameters:
    ///   - attempts: how many attempts were made, 1 or more.
    ///   - chance: from 0 to 1, where 1 is the full pause.
    func delay(attempts: Int, chance: Double) -> Duration {
        let doublings = min(max(attempts - 1, 0), 20)
        return min(self.first * (1 << doublings), self.ceiling) * chance
    }
}
