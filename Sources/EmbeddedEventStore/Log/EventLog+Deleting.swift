internal import PhotonPumpWire

extension EventLog {
    /// Hides all events of a stream, existing or not, until it is written to again.
    ///
    /// - Returns: false, with nothing done, when the stream has been deleted for good.
    mutating func deleteSoftly(_ stream: StreamName, now: Int64) -> Bool {
        guard self.lastNumber(of: stream) != StreamHistory.deletedNumber else { return false }
        self.truncate(stream, before: StreamHistory.deletedNumber, now: now)
        return true
    }

    /// Ends a stream, existing or not, with a tombstone.
    ///
    /// - Returns: false, with nothing done, when it has one already.
    mutating func deleteForGood(_ stream: StreamName, now: Int64) -> Bool {
        guard self.lastNumber(of: stream) != StreamHistory.deletedNumber else { return false }
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
        return true
    }

    /// Hides the events below `number`, and says so in the stream's metadata, in place of what was there.
    mutating func truncate(_ stream: StreamName, before number: Int64, now: Int64) {
        self.update(stream) { $0.truncateBefore = number }
        let metadata = ProposedEvent(
            id: self.makeID(),
            type: "$metadata",
            isJSON: true,
            data: Bytes(utf8: #"{"$tb":\#(number)}"#),
            metadata: Bytes()
        )
        self.append(metadata, to: stream.metastream, now: now)
    }
}
