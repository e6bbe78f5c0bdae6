extension Client {
    /// What is still held of calls that have ended: nothing, if all is well. For tests.
    package var leftovers: [String] {
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
