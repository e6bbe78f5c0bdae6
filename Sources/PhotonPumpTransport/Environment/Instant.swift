extension Environment {
    /// A moment on the clock of an environment.
    ///
    /// Unlike `ContinuousClock.Instant`, its size is known when this package is compiled. Whatever holds one of those is
    /// copied, compared and destroyed by way of tables that the runtime fills in.
    package struct Instant: Comparable, Hashable, Sendable {
        /// The time since the clock's origin.
        let elapsed: Duration

        /// - Parameter elapsed: the time since the clock's origin, which is the same for all of its moments.
        package init(elapsed: Duration) {
            self.elapsed = elapsed
        }

        package static func < (first: Self, second: Self) -> Bool { first.elapsed < second.elapsed }

        package static func + (instant: Self, duration: Duration) -> Self {
            Self(elapsed: instant.elapsed + duration)
        }

        package static func - (instant: Self, duration: Duration) -> Self {
            Self(elapsed: instant.elapsed - duration)
        }

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
