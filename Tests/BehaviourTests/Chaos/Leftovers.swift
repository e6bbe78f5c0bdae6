import PhotonPumpTransport

@testable import EmbeddedEventStore
@testable import PhotonPump

extension Client {
    /// What is still held of calls that have ended: nothing, if all is well.
    var leftovers: [String] {
        var leftovers: [String] = []
        if self.load != ClientLoad() { leftovers.append("\(self.load)") }
        if !self.calls.isEmpty { leftovers.append("calls") }
        if self.subscribers.count > 0 || !self.subscribers.isQuiet() { leftovers.append("subscribers") }
        if self.intake.gate.count != 0 { leftovers.append("\(self.intake.gate.count) calls inside the gate") }
        if self.observers.isAnyoneWaiting { leftovers.append("tasks that wait to connect") }
        if self.subscribers.pauses.count > 0 { leftovers.append("\(self.subscribers.pauses.count) pauses") }
        if self.workers.isAnyoneWaiting { leftovers.append("tasks that wait to close") }
        if let count = self.connections.serving?.unsentCount, count > 0 { leftovers.append("\(count) bytes not sent") }
        return leftovers
    }
}

extension EmbeddedServer {
    /// What is still held for clients that are gone: nothing, if all is well.
    var leftovers: [String] {
        var leftovers: [String] = []
        let waiting = self.connections.countWatchers.count
        if waiting > 0 { leftovers.append("\(waiting) waiting for connections") }
        self.core.assumeIsolated { core in
            if !core.store.volatile.isEmpty { leftovers.append("volatile subscriptions") }
            for var group in core.store.groups.all {
                let info = group.info(now: 0)
                if !info.connections.isEmpty {
                    leftovers.append("\(info.connections.count) consumers of \(group.terms.id)")
                }
                if info.totalInFlightMessages > 0 {
                    leftovers.append("\(info.totalInFlightMessages) events in nobody's hands")
                }
            }
        }
        for connection in self.connections.byID.values {
            if connection.postponedCount > 0 { leftovers.append("\(connection.postponedCount) answers kept back") }
            if connection.unsentCount > 0 { leftovers.append("\(connection.unsentCount) bytes not sent") }
        }
        return leftovers
    }
}
