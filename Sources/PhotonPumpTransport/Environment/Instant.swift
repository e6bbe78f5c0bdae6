extension Environment {
    /// A moment on the clock of an environment.
    ///
    /// Unlike `ContinuousClock.Instant`, its size is known when this package is compiled. Whatever holds one of those is
    /// copied, compared and destroyed by way of tables that the runtime fills in. And unlike a `Duration`, of 128 bits and
    /// compared by a call into the standard library, it costs queues of deadlines next to nothing.
    package struct Instant: Comparable, Hashable, Sendable {
        /// Since the clock's origin; what is centuries away counts as the last moment there is.
        private let nanoseconds: Int64

        /// The time since the clock's origin.
        var elapsed: Duration { .nanoseconds(self.nanoseconds) }

        private init(nanoseconds: Int64) {
            self.nanoseconds = nanoseconds
        }

        /// - Parameter elapsed: the time since the clock's origin, which is the same for all of its moments.
        package init(elapsed: Duration) {
            self.init(nanoseconds: elapsed.wholeNanoseconds)
        }

        package static func < (first: Self, second: Self) -> Bool { first.nanoseconds < second.nanoseconds }

        package static func + (instant: Self, duration: Duration) -> Self {
            let (sum, isTooFar) = instant.nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
            return Self(nanoseconds: isTooFar ? (duration < .zero ? .min : .max) : sum)
        }

        package static func - (instant: Self, duration: Duration) -> Self { instant + (.zero - duration) }

        /// How much later the first is.
        package static func - (first: Self, second: Self) -> Duration { first.elapsed - second.elapsed }

        package static func += (instant: inout Self, duration: Duration) {
            instant = instant + duration
        }
    }
}

/// Moments on the clock of the machine.
extension Environment.Instant {
    private static let origin = ContinuousClock.now

    package static var now: Self { Self(ContinuousClock.now) }

    package init(_ instant: ContinuousClock.Instant) {
        self.init(elapsed: Self.origin.duration(to: instant))
    }

    package var onContinuousClock: ContinuousClock.Instant { Self.origin.advanced(by: self.elapsed) }
}

extension Duration {
    /// Without parts of a nanosecond; at most some 292 years.
    fileprivate var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isStillTooLong) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return isTooLong || isStillTooLong ? (seconds < 0 ? .min : .max) : sum
    }
}
