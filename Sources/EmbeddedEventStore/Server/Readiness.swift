internal import PhotonPumpTransport

/// Whether a server is ready and awake. It says what the server has to do as a node of its cluster; what would have to be
/// done while it is suspended is done when it is resumed.
struct Readiness {
    enum Action: Equatable {
        /// Run, and find no others for now.
        case startAlone(Startup.Logins)
        /// Run, and find the others.
        case join
        /// Find the others.
        case rejoin
    }

    /// What waits for a suspended server to be resumed.
    private struct Suspension {
        var joins: Bool
        var finishesStartup = false
        var accepted: [(socket: any Transport, secure: Bool)] = []
        var requestCount = 0
    }

    /// Whether the server finds no others even when its startup ends; nil if that has ended.
    private var startsAlone: Bool?
    private var suspension: Suspension?

    var isSuspended: Bool { self.suspension != nil }
    /// The number of connections that the system has accepted for a suspended server.
    var acceptedCount: Int { self.suspension?.accepted.count ?? 0 }
    /// The number of HTTP requests that have come to a suspended server.
    var requestCount: Int { self.suspension?.requestCount ?? 0 }

    // MARK: - Starting and stopping

    /// The server listens.
    ///
    /// - Parameter alone: whether it finds no others even when its startup ends.
    mutating func begin(_ startup: Startup, alone: Bool) -> Action? {
        self.startsAlone = alone
        return startup.end == .now ? self.finishStartup() : .startAlone(startup.logins)
    }

    mutating func finishStartup() -> Action? {
        guard let startsAlone else { return nil }
        guard !self.isSuspended else {
            self.suspension?.finishesStartup = true
            return nil
        }
        self.startsAlone = nil
        return startsAlone ? .startAlone(.refused) : .join
    }

    /// The others can be found, now or when the startup ends.
    mutating func findOthers() -> Action? {
        if self.startsAlone != nil {
            self.startsAlone = false
        } else if self.isSuspended {
            self.suspension?.joins = true
        } else {
            return .rejoin
        }
        return nil
    }

    // MARK: - Suspending

    /// - Parameter joins: whether the server has lost contact with others by that.
    mutating func suspend(joins: Bool) {
        self.suspension = Suspension(joins: joins)
    }

    /// A connection for which a suspended server has no time yet.
    mutating func keep(_ socket: any Transport, secure: Bool) {
        self.suspension?.accepted.append((socket, secure))
    }

    /// A request over HTTP that a suspended server does not answer yet.
    mutating func requestReceived() {
        self.suspension?.requestCount += 1
    }

    /// - Returns: what the server does, and the connections that were kept; nil if it is not suspended.
    mutating func resume() -> (actions: [Action], accepted: [(socket: any Transport, secure: Bool)])? {
        guard let suspension else { return nil }
        self.suspension = nil
        let startup = suspension.finishesStartup ? self.finishStartup() : nil
        let contact = suspension.joins ? self.findOthers() : nil
        return ([startup, contact].compactMap(\.self), suspension.accepted)
    }
}
