/// .NET's dates: units of 100 ns since 0001-01-01 UTC, with a kind in the two highest bits.
enum DotNetDate {
    private static let ticksPerMillisecond: Int64 = 10_000
    private static let epochMilliseconds: Int64 = 62_135_596_800_000
    private static let kindMask: Int64 = 0x3FFF_FFFF_FFFF_FFFF

    static func milliseconds(ticks: Int64) -> Int64 {
        (ticks & self.kindMask) / self.ticksPerMillisecond - self.epochMilliseconds
    }

    static func ticks(milliseconds: Int64) -> Int64 {
        (milliseconds &+ self.epochMilliseconds) &* self.ticksPerMillisecond
    }
}
