internal import PhotonPumpWire

/// Events that were written at once, without a transaction.
struct PlainWrite {
    let stream: StreamName
    /// Of its first and last events.
    let numbers: ClosedRange<Int64>
    /// Whether it begins at the place it was found by.
    let beginsThere: Bool
}

extension EventLog {
    /// The write that has an event at this place of the log.
    func plainWrite(at place: Int64) -> PlainWrite? {
        let index = self.firstIndex { $0.commit.lowerBound >= place }
        guard index < self.entries.endIndex, self.entries[index].isOwnCommit,
            self.entries[index].commit.lowerBound == place
        else { return nil }
        let rank = self.entries[index].rank
        var last = index
        while last + 1 < self.entries.endIndex, self.entries[last + 1].rank > self.entries[last].rank { last += 1 }
        let record = self.entries[index].record
        let first = record.number - Int64(rank)
        return PlainWrite(
            stream: StreamName(record.stream), numbers: first...record.number + Int64(last - index),
            beginsThere: rank == 0)
    }
}
