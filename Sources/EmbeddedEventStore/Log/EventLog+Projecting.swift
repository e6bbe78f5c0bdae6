internal import PhotonPumpWire

extension EventLog {
    /// Lets the running projections handle what they have not handled yet, and writes what they write.
    mutating func project(now: Int64) {
        while let index = self.projections.pending {
            guard index < self.entries.count else { return self.projections.endReached() }
            let entry = self.entries[index]
            let emissions = self.projections.handle(entry, at: index, of: StreamName(entry.record.stream))
            for emission in emissions {
                let event = self.makeEvent(emission.type, isJSON: false, emission.data)
                // A stream that was deleted permanently stays deleted.
                _ = self.record([event], to: emission.stream, expecting: .any, now: now) { log, stream in
                    log.append(event, to: stream, now: now)
                }
            }
        }
    }

    /// Changes a projection, after which it may run.
    mutating func update(_ projection: String, now: Int64, _ change: (inout Projection) -> Void) {
        self.projections.update(projection, change)
        self.project(now: now)
    }

    /// A projection begins again; what it has written is deleted, so that it is there once.
    mutating func reset(_ projection: String, now: Int64) {
        self.deleteEmitted(by: projection, now: now)
        self.update(projection, now: now) { $0.reset() }
    }

    mutating func deleteEmitted(by projection: String, now: Int64) {
        for stream in (self.projections[projection]?.emitted ?? []).sorted(by: { "\($0)" < "\($1)" }) {
            // If it has a tombstone already, there is nothing left of it.
            _ = self.delete(stream, hard: false, expecting: .any, now: now)
        }
    }
}
