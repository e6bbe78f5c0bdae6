/// How far a persistent subscription has come, and when that is worth saving. Time, in milliseconds since 1970, is passed
/// in.
struct GroupProgress {
    /// The progress that is saved as soon as enough time has passed.
    private let minimum: Int64
    /// The progress that is saved at once.
    private let maximum: Int64
    /// How old a checkpoint becomes before the next one; 0 for any age.
    private let age: Int64
    /// The largest number of an event that was delivered.
    private var delivered: Int64 = -1
    /// The last checkpoint; -1 for none.
    private(set) var saved: Int64 = -1
    private var savedAt: Int64?

    init(_ terms: GroupTerms) {
        self.minimum = Int64(terms.minCheckPointCount)
        self.maximum = Int64(terms.maxCheckPointCount)
        self.age = Int64(terms.checkPointAfter)
    }

    mutating func delivered(_ event: GroupEvent) {
        if event.isProgress { self.delivered = max(self.delivered, event.number) }
    }

    /// The number of the last event that is handled together with all before it, if that is to be saved: when the last
    /// checkpoint is old and there is some progress, or when there is much progress.
    ///
    /// - Parameters:
    ///   - isTick: whether ages are looked at.
    ///   - firstPending: the first number that is not handled, given the largest one that was delivered.
    mutating func checkpoint(isTick: Bool, now: Int64, firstPending: (_ delivered: Int64) -> Int64?) -> Int64? {
        guard isTick || self.delivered - self.saved >= self.maximum else { return nil }
        let number = firstPending(self.delivered).map { $0 - 1 } ?? self.delivered
        let progress = number - self.saved
        guard progress > 0, progress >= self.maximum || (isTick && self.isOld(now: now) && progress >= self.minimum)
        else { return nil }
        (self.saved, self.savedAt) = (number, now)
        return number
    }

    private func isOld(now: Int64) -> Bool {
        self.age != 0 && self.savedAt.map { now - $0 >= self.age } ?? true
    }
}
