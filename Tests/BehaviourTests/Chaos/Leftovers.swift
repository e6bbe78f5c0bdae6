import PhotonPumpTransport

@testable import EmbeddedEventStore
@testable import PhotonPump

extension Client {
    /// What is still held of calls that have ended: nothing, if all is well.
    var leftovers: [String] {
        var leftovers: [String] = []
        if self.load != ClientLoad() { leftovers.append("\(self.load)") }
        if !self.table.isEmpty || !self.line.isEmpty { leftovers.append("entries in a table") }
        if self.subscribers.count > 0 || !self.subscribers.isQuiet() { leftovers.append("subscribers") }
        if self.gate.count != 0 { leftovers.append("\(self.gate.count) calls inside the gate") }
        if !self.connectWaiters.isEmpty { leftovers.append("\(self.connectWaiters.count) waiting to connect") }
        if !self.pauses.isEmpty { leftovers.append("\(self.pauses.count) pauses") }
        if !self.drainWaiters.isEmpty { leftovers.append("\(self.drainWaiters.count) waiting to close") }
        if case .connected(let channel, _) = self.link, channel.unsentCount > 0 {
            leftovers.append("\(channel.unsentCount) bytes not sent")
        }
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
            for group in core.store.groups.all {
                if group.consumers.count > 0 { leftovers.append("\(group.consumers.count) consumers of \(group.id)") }
                if group.outstanding.count > 0 {
                    leftovers.append("\(group.outstanding.count) events in nobody's hands")
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
