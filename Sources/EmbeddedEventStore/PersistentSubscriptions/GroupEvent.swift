internal import PhotonPumpWire

/// An event on its way through a persistent subscription.
struct GroupEvent {
    let record: ResolvedRecord
    /// The event as it is in the stream that was read: the link, if there is one. It determines the event's id and
    /// number.
    let original: EventRecord
    /// How often it was delivered without success.
    var retryCount: Int32 = 0
    /// Whether it was parked before. If so, its number is that of another stream.
    let isReplayed: Bool

    /// Nil for an empty record.
    init?(_ record: ResolvedRecord, isReplayed: Bool = false) {
        guard let original = record.link ?? record.event else { return nil }
        self.record = record
        self.original = original
        self.isReplayed = isReplayed
    }

    var id: GUID { self.original.id }
    var number: Int64 { self.original.number }

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
