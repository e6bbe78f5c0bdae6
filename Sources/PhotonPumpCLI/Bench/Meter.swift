import Foundation

/// Wall-clock and processor time from its making to its report.
final class Meter {
    private let start = ContinuousClock.now
    private let startCPU = Meter.processorSeconds()

    func report(_ options: BenchCommand, units: Int, latencies: [Duration]?) -> JSON {
        let seconds = (ContinuousClock.now - self.start) / .seconds(1)
        let cpu = Meter.processorSeconds() - self.startCPU
        let sorted = latencies?.sorted() ?? []
        func percentile(_ share: Double) -> JSON {
            sorted.isEmpty
                ? .null : .number(sorted[Int(Double(sorted.count - 1) * share)] / .microseconds(1), decimals: 1)
        }
        return .object([
            ("client", .string("photonpump-swift")),
            ("scenario", .string(options.scenario.rawValue)),
            ("target", .string(options.target)),
            ("n", .integer(Int64(units))),
            ("size", .integer(Int64(options.size))),
            ("window", .integer(Int64(options.window))),
            ("seconds", .number(seconds, decimals: 6)),
            ("per_second", .number(Double(units) / seconds, decimals: 1)),
            ("p50_us", percentile(0.5)),
            ("p99_us", percentile(0.99)),
            ("peak_rss_kb", .integer(Int64(Meter.usage().peakKilobytes))),
            ("cpu_s", .number(cpu, decimals: 4)),
        ])
    }

    private static func processorSeconds() -> Double { self.usage().processorSeconds }

    private static func usage() -> (processorSeconds: Double, peakKilobytes: Int) {
        var usage = rusage()
        getrusage(Platform.ownUsage, &usage)
        let time = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        let micro = Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
        return (time + micro / 1_000_000, Int(usage.ru_maxrss) / Platform.usageUnitsPerKilobyte)
    }
}
