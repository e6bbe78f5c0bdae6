internal import PhotonPumpWire

/// An event on its way through a persistent subscription.
struct GroupEvent {
    let record: ResolvedRecord
    /// The event as it is in the stream that was read: the link, if there is one. It gives the event its id and number.
    let original: EventRecord
    /// How often it was delivered in vain.
    var retryCount: Int32 = 0
    /// Whether it was parked before. Its number is that of another stream then.
    let isReplayed: Bool

    /// Nil for a record of nothing.
    init?(_ record: ResolvedRecord, isReplayed: Bool = false) {
        guard let original = record.link ?? record.event else { return nil }
        self.record = record
        self.original = original
        self.isReplayed = isReplayed
    }

    var id: GUID { self.original.id }
    var number: Int64 { self.original.number }

    /// Whether its number says how far the group has come. A tombstone's does not.
    var isProgress: Bool { !self.isReplayed && self.number != StreamHistory.deletedNumber }

    /// The stream that the event was written to first, as far as can be told.
    var source: StreamName {
        if let event = self.record.event { return StreamName(event.stream) }
        return LinkTarget(self.original.data)?.stream ?? StreamName(self.original.stream)
    }

    /// What a link to it says when it is parked.
    var linkData: Bytes {
        guard let event = self.record.event else { return self.original.data }
        return LinkTarget.data(event.number, StreamName(event.stream))
    }
}
