extension EmbeddedServer {
    /// What is still held for clients that are gone: nothing, if all is well. For tests.
    package var leftovers: [String] {
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
