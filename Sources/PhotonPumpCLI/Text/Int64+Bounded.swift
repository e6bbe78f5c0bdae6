/// Servers may report any numbers, also such that their sum is none.
extension Int64 {
    /// The sum, or the number that is nearest to it.
    func plus(_ other: Int64) -> Int64 {
        let (sum, isTooFar) = self.addingReportingOverflow(other)
        return isTooFar ? (other > 0 ? .max : .min) : sum
    }

    /// The difference, or the number that is nearest to it.
    func minus(_ other: Int64) -> Int64 {
        let (difference, isTooFar) = self.subtractingReportingOverflow(other)
        return isTooFar ? (other > 0 ? .min : .max) : difference
    }

    /// The nearest number; 0 for what is none.
    init(nearest value: Double) {
        self = Int64(exactly: value.rounded()) ?? (value > 0 ? .max : value < 0 ? .min : 0)
    }
}
