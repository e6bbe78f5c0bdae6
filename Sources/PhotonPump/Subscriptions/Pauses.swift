internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The pauses that subscriptions make before they try again; no more than there are subscriptions. Used
/// on the client's queue only.
final class Pauses {
    private struct Pause {
        let report: @Sendable () -> Void
        let timer: QueueTimer
    }

    private var pauses: [GUID: Pause] = [:]

    var count: Int { self.pauses.count }

    func begin(_ id: GUID, _ timer: QueueTimer, _ report: @escaping @Sendable () -> Void) {
        self.pauses[id] = Pause(report: report, timer: timer)
    }

    /// The time of a pause is up.
    func end(_ id: GUID) {
        self.pauses.removeValue(forKey: id)?.report()
    }

    /// Ends a pause without a report, if there is one.
    func cancel(_ id: GUID) {
        self.pauses[id] = nil
    }

    func endAll() {
        let pauses = self.pauses
        self.pauses = [:]
        for (_, pause) in pauses.inOrder { pause.report() }
    }
}
