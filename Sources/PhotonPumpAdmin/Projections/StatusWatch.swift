internal import PhotonPump

/// When to look at a projection again, and what to make of what is seen.
struct StatusWatch {
    enum Verdict: Equatable {
        case reached
        /// It will not be reached.
        case missed(String)
        case open
    }

    let awaited: ProjectionStatus.State
    private var pause = Duration.milliseconds(50)

    init(_ awaited: ProjectionStatus.State) {
        self.awaited = awaited
    }

    /// How long to wait before the next look: longer and longer, up to a second.
    mutating func nextPause() -> Duration {
        defer { self.pause = min(self.pause * 2, .seconds(1)) }
        return self.pause
    }

    func verdict(_ projection: Projection) -> Verdict {
        if projection.status.hasReached(self.awaited) { return .reached }
        guard projection.status.state == .faulted else { return .open }
        return .missed("it is \(projection.status)\(projection.reason.map { ": \($0)" } ?? "")")
    }

    /// Whether the server may well answer later.
    static func mayPass(_ error: PhotonPumpError) -> Bool {
        [.connectionFailed, .discoveryFailed, .notHandled, .serverTimeout, .timedOut].contains(error.code)
    }
}
