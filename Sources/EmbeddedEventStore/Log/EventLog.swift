internal import PhotonPumpWire

/// All events of a server, in the order in which they were written and by stream.
///
/// A position is the offset that a record would have in a file: each record has one, larger than that of any
/// record before it, and the next one starts where the last one ends. Time is passed in; the ids of events that the
/// log writes by itself are counted up from a seed.
struct EventLog {
    struct Entry {
        let record: EventRecord
        let position: Int64
    }

    /// The bytes of a record beside its text and payload.
    private static let recordOverhead = 64

    /// The events, oldest first. A ``StreamHistory`` holds places in this array.
    private(set) var entries: [Entry] = []
    private(set) var streams: [StreamName: StreamHistory] = [:]
    var settings = SystemSettings()
    var recentIDs = RecentEventIDs()
    /// Where the last record starts. A log begins with a record of the server's own, at position 0.
    private(set) var lastPosition: Int64 = 0
    /// Where the last record ends and the next one will start.
    private(set) var endPosition: Int64 = 256

    private let seed: UInt64
    private var idsMade: UInt64 = 0

    init(seed: UInt64) {
        self.seed = seed
    }

    /// The number of the last event of a stream: -1 for none, ``StreamHistory/deletedNumber`` once it is deleted for
    /// good. A metastream shares the fate of its stream.
    func lastNumber(of stream: StreamName) -> Int64 {
        if let original = stream.original, self.streams[original]?.hasTombstone == true {
            return StreamHistory.deletedNumber
        }
        return self.streams[stream]?.lastNumber ?? -1
    }

    /// Changes what is known of a stream beside its events.
    mutating func update(_ stream: StreamName, _ change: (inout StreamHistory) -> Void) {
        change(&self.streams[stream, default: StreamHistory()])
    }

    /// Appends the next event of a stream, whatever the stream's state, and returns its position.
    @discardableResult
    mutating func append(_ event: ProposedEvent, to stream: StreamName, now: Int64) -> Int64 {
        let number = self.streams[stream, default: StreamHistory()].append(place: self.entries.count)
        let position = self.append(
            EventRecord(
                stream: stream.bytes,
                number: number,
                id: event.id,
                type: Bytes(utf8: event.type),
                isJSON: event.isJSON,
                data: event.data,
                metadata: event.metadata ?? Bytes(),
                created: now
            )
        )
        self.obey(event, of: stream)
        return position
    }

    mutating func append(_ record: EventRecord) -> Int64 {
        let position = self.advance(
            by: record.stream.count + record.type.count + record.data.count + record.metadata.count
        )
        self.entries.append(Entry(record: record, position: position))
        return position
    }

    /// Makes room for a record of `count` bytes without an event to show for it.
    mutating func advance(by count: Int) -> Int64 {
        self.lastPosition = self.endPosition
        self.endPosition += Int64(Self.recordOverhead + count)
        return self.lastPosition
    }

    /// An id for an event that no client asked for.
    mutating func makeID() -> GUID {
        self.idsMade += 1
        return GUID(self.seed, self.idsMade)
    }
}
