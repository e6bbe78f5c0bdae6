internal import PhotonPumpWire

/// The outcome of a deletion.
enum DeleteOutcome: Equatable {
    /// `position` is that of the event that records the deletion.
    case deleted(position: Int64)
    case wrongExpectedVersion(current: Int64)
    case streamDeleted
}

extension EventLog {
    /// Deletes a stream, existing or not, if it has the expected version.
    ///
    /// A soft-deleted stream is hidden until the next write; `hard` ends the stream with a tombstone.
    mutating func delete(
        _ stream: StreamName,
        hard: Bool,
        expecting expected: ExpectedVersion,
        now: Int64
    ) -> DeleteOutcome {
        // A deletion is checked like a write of an event that has never been written before.
        let probe = self.makeEvent("", isJSON: false, Bytes())
        switch self.outcomeWithoutAppending([probe], to: stream, expecting: expected) {
        case nil, .appended, .repeated: break
        case .wrongExpectedVersion(let current): return .wrongExpectedVersion(current: current)
        case .streamDeleted: return .streamDeleted
        }
        if hard {
            self.bury(stream, now: now)
        } else {
            self.hide(stream, now: now)
        }
        return .deleted(position: self.lastPosition)
    }

    private mutating func bury(_ stream: StreamName, now: Int64) {
        let tombstone = EventRecord(
            stream: stream.bytes,
            number: StreamHistory.deletedNumber,
            id: self.makeID(),
            type: Bytes(utf8: "$streamDeleted"),
            isJSON: false,
            data: Bytes(),
            metadata: Bytes(),
            created: now
        )
        _ = self.append(tombstone)
        self.update(stream) { $0.hasTombstone = true }
    }
}
