internal import Dispatch
internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// The pauses subscriptions make before they try again.
extension Client {
    /// Calls `report` on the client's queue when the time is up, or as soon as the client is being closed.
    ///
    /// - Parameter id: for ``cancelPause(_:)``; one pause at a time has it.
    nonisolated func pause(_ id: GUID, for duration: Duration, _ report: @escaping @Sendable () -> Void) {
        self.executor.run(here: false) {
            self.assumeIsolated { client in
                guard !client.isClosing.load(ordering: .relaxed) else { return report() }
                client.pauses[id] = report
                let seconds = max(0, duration / .seconds(1))
                client.executor.queue.asyncAfter(deadline: .now() + seconds) { [weak client] in
                    client?.assumeIsolated { $0.pauses.removeValue(forKey: id)?() }
                }
            }
        }
    }

    /// Ends a pause without a report, if there is one.
    nonisolated func cancelPause(_ id: GUID) {
        self.executor.run(here: false) {
            self.assumeIsolated { $0.pauses[id] = nil }
        }
    }

    func endPauses() {
        let pauses = self.pauses
        self.pauses = [:]
        for report in pauses.values { report() }
    }
}
