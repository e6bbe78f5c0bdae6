internal import Logging
internal import PhotonPumpTransport

/// Whether a client is to be connected although nobody makes a call, and how loud it complains that it is not.
struct Upkeep {
    /// While there is no connection, a warning is repeated after this time.
    private static let reminder: Duration = .seconds(60)

    /// Whether the client is to be connected in any case.
    private(set) var isDesired = false
    private var timer: QueueTimer?
    /// When it was last said that there is no connection; nil while there is one, or nobody needs to know.
    private var complained: Environment.Instant?

    mutating func begin() {
        self.isDesired = true
    }

    /// - Parameter timer: fires when it is time for another attempt, if it is kept until then.
    mutating func later(_ timer: QueueTimer) {
        self.timer = timer
    }

    /// The connection was lost, which was said.
    mutating func lost(now: Environment.Instant) {
        self.complained = now
    }

    /// An attempt to connect has failed.
    ///
    /// - Returns: how to say so. Until there is a connection for the first time, whoever wants one is told by an error.
    mutating func failed(now: Environment.Instant) -> Logger.Level {
        if let complained, now - complained < Self.reminder { return .debug }
        guard self.isDesired || self.complained != nil else { return .debug }
        self.complained = now
        return .warning
    }

    /// There is a connection.
    ///
    /// - Returns: how to say so.
    mutating func connected(after error: PhotonPumpError?) -> Logger.Level {
        self.complained = nil
        return self.isDesired || error != nil ? .info : .debug
    }
}
