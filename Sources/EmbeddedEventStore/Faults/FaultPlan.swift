/// Decides when each fault strikes; the caller makes it happen.
struct FaultPlan {
    typealias ID = Int

    /// One strike of a fault.
    struct Strike: Equatable {
        let id: ID
        let fault: EmbeddedServer.Fault
        /// Whether this was the last time.
        let isLast: Bool
    }

    private struct Entry {
        let id: ID
        let fault: EmbeddedServer.Fault
        var passed = 0
        var struck = 0
    }

    /// In the order in which they were added.
    private var entries: [Entry] = []
    private var added = 0

    var isEmpty: Bool { self.entries.isEmpty }
    /// Whether any fault applies to clients' heartbeats.
    var concernsHeartbeats: Bool { self.entries.contains { $0.fault.isFor(.heartbeat) } }

    func contains(_ kind: EmbeddedServer.Fault.Kind) -> Bool {
        self.entries.contains { $0.fault.kind == kind }
    }

    mutating func add(_ fault: EmbeddedServer.Fault) -> ID {
        self.added += 1
        self.entries.append(Entry(id: self.added, fault: fault))
        return self.added
    }

    /// Removes a fault, or all of them.
    mutating func remove(_ id: ID?) {
        if let id { self.entries.removeAll { $0.id == id } } else { self.entries = [] }
    }

    /// A request has arrived.
    mutating func requestArrived(_ request: EmbeddedServer.Fault.Request) -> Strike? {
        self.strike { $0.isFor(request) }
    }

    /// There is an occasion for faults of this kind.
    mutating func strike(_ kind: EmbeddedServer.Fault.Kind) -> Strike? {
        self.strike { $0.kind == kind }
    }

    private mutating func strike(_ fits: (EmbeddedServer.Fault) -> Bool) -> Strike? {
        for index in self.entries.indices where fits(self.entries[index].fault) {
            let fault = self.entries[index].fault
            guard self.entries[index].passed == fault.skipped else {
                self.entries[index].passed += 1
                continue
            }
            self.entries[index].struck += 1
            let strike = Strike(
                id: self.entries[index].id, fault: fault, isLast: self.entries[index].struck == fault.times)
            if strike.isLast { self.entries.remove(at: index) }
            return strike
        }
        return nil
    }
}
