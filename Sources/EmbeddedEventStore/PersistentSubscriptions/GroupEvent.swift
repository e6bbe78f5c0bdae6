internal import PhotonPumpWire

/// An event on its way through a persistent subscription.
struct GroupEvent {
    let record: ResolvedRecord
    /// The event as it is in the stream that was read: the link, if there is one. It determines the event's number.
    let original: EventRecord
    /// Its id, which is asked for more often than it is read from the record.
    let id: GUID
    let number: Int64
    /// How often it was delivered without success.
    var retryCount: Int32 = 0
    /// Whether it was parked before. If so, its number is that of another stream.
    let isReplayed: Bool

    /// Nil for an empty record.
    init?(_ record: ResolvedRecord, isReplayed: Bool = false) {
        guard let original = record.link ?? record.event else { return nil }
        self.record = record
        self.original = original
        self.id = original.id
        self.number = original.number
        self.isReplayed = isReplayed
    }

    /// Whether its number counts for the group's progress. A tombstone's does not.
    var isProgress: Bool { !self.isReplayed && self.number != StreamHistory.deletedNumber }

    /// The stream that the event was originally written to, as far as can be told.
    var source: StreamName {
        if let event = self.record.event { return StreamName(event.stream) }
        return LinkTarget(self.original.data)?.stream ?? StreamName(self.original.stream)
    }

    /// The data of a link to it, for parking.
    var linkData: Bytes {
        guard let event = self.record.event else { return self.original.data }
        return LinkTarget.data(event.number, StreamName(event.stream))
    }
}
