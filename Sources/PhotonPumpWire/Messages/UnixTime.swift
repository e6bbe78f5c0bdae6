/// Time in ticks of 100 ns since 1970-01-01 UTC, and the two forms it has in messages: .NET's ticks of 100 ns since
/// 0001-01-01 UTC with a kind in the two highest bits, and milliseconds since 1970.
enum UnixTime {
    private static let ticksPerMillisecond: Int64 = 10_000
    private static let dotNetEpoch: Int64 = 621_355_968_000_000_000
    private static let kindMask: Int64 = 0x3FFF_FFFF_FFFF_FFFF

    /// A time that is too far away, which no server's clock shows, counts as the first or the last one there is.
    static func ticks(milliseconds: Int64) -> Int64 {
        let (ticks, isTooFar) = milliseconds.multipliedReportingOverflow(by: self.ticksPerMillisecond)
        return isTooFar ? (milliseconds < 0 ? .min : .max) : ticks
    }

    /// The more precise of both forms, if they agree; milliseconds are UTC for certain.
    static func ticks(dotNet: Int64?, milliseconds: Int64?) -> Int64 {
        let precise = dotNet.map { ($0 & self.kindMask) - self.dotNetEpoch }
        guard let milliseconds else { return precise ?? 0 }
        if let precise, self.milliseconds(precise) == milliseconds { return precise }
        return self.ticks(milliseconds: milliseconds)
    }

    static func milliseconds(_ ticks: Int64) -> Int64 {
        // Rounded towards the past, also before 1970.
        ticks >= 0 ? ticks / self.ticksPerMillisecond : (ticks + 1) / self.ticksPerMillisecond - 1
    }

    /// The nearest time that this form can have.
    static func dotNetTicks(_ ticks: Int64) -> Int64 {
        min(max(ticks, -self.dotNetEpoch), self.kindMask - self.dotNetEpoch) + self.dotNetEpoch
    }
}
