internal import PhotonPumpWire

/// All events of a server, in the order in which they were written and by stream.
///
/// A position is the offset that a record would have in a file: each record has a larger one than any record before it,
/// and the next record starts where this one ends. Time is passed in; the ids of events that the log writes by itself
/// are counted up from a seed.
struct EventLog {
    struct Entry {
        let record: EventRecord
        /// Where the record begins that made the event visible.
        fileprivate let commitStart: Int64
        /// Where the record of the event itself begins: the same one, or an earlier one for an event of a transaction.
        fileprivate let prepareStart: Int64
        /// The number of events of the same write before it; 0 for an event of a transaction.
        let rank: Int32
    }

    /// The bytes of a record besides its text and payload.
    fileprivate static let recordOverhead = 64
    /// A log begins with a record of the server's own.
    static let serverRecord: Range<Int64> = 0..<256

    /// The events, oldest first. A ``StreamHistory`` holds indices of this array.
    private(set) var entries: [Entry] = []
    private(set) var streams = StreamTable()
    /// Where the events are kept.
    private var records = EventRecordWriter()
    var settings = SystemSettings()
    var recentIDs = RecentEventIDs()
    var transactions: TransactionTable
    private var lastRecord = Self.serverRecord

    /// What handles each event that is written, and writes on.
    var projections: Projections
    private let seed: UInt64
    private var idsMade: UInt64 = 0

    init(seed: UInt64, runsProjections: Bool = false, transactions: TransactionTable = TransactionTable()) {
        self.seed = seed
        self.projections = Projections(standard: runsProjections)
        self.transactions = transactions
    }

    /// Where the last record starts.
    var lastPosition: Int64 { self.lastRecord.lowerBound }
    /// The position of the record that made the last event visible; -1 if there are no events.
    var lastCommitPosition: Int64 { self.entries.last?.commit.lowerBound ?? -1 }
    /// Where the last record ends and the next one will start.
    var endPosition: Int64 { self.lastRecord.upperBound }

    /// The number of a stream's last event: -1 for none, ``StreamHistory/deletedNumber`` once it is deleted
    /// permanently. A metastream shares the fate of its stream.
    func lastNumber(of stream: StreamName) -> Int64 {
        if let original = stream.original, self.streams[original]?.hasTombstone == true {
            return StreamHistory.deletedNumber
        }
        return self.streams[stream]?.lastNumber ?? -1
    }

    /// Changes what is known about a stream besides its events.
    mutating func update(_ stream: StreamName, _ change: (inout StreamHistory) -> Void) {
        change(&self.streams[self.streams.makePlace(of: stream)])
    }

    /// Where to append to a stream.
    mutating func target(_ stream: StreamName) -> Target {
        Target(name: stream, place: self.streams.makePlace(of: stream))
    }

    /// A stream that is written to.
    struct Target {
        let name: StreamName
        /// In ``EventLog/streams``.
        let place: Int
    }

    /// Appends the next event of a stream, whatever the stream's state, and returns its position.
    ///
    /// - Parameter rank: the number of events of the same write before it.
    @discardableResult
    mutating func append(_ event: ProposedEvent, to stream: Target, rank: Int = 0, now: Int64) -> Int64 {
        self.append(self.nextRecord(event, of: stream, created: now), rank: rank)
    }

    /// Appends an event of a transaction as the next one of a stream, whatever the stream's state.
    mutating func append(_ prepared: PreparedEvent, of stream: Target, commit: Range<Int64>) {
        let record = self.nextRecord(prepared.event, of: stream, created: prepared.created)
        let (commit, prepare) = (commit.lowerBound, prepared.place.lowerBound)
        self.entries.append(Entry(record: record, commitStart: commit, prepareStart: prepare, rank: 0))
    }

    mutating func append(_ record: EventRecord, rank: Int = 0) -> Int64 {
        let start = self.advance(by: record.contentCount).lowerBound
        self.entries.append(
            Entry(record: record, commitStart: start, prepareStart: start, rank: Int32(clamping: rank)))
        return start
    }

    /// The record that will be appended next.
    private mutating func nextRecord(_ event: ProposedEvent, of stream: Target, created: Int64) -> EventRecord {
        let number = self.streams[stream.place].append(place: self.entries.count)
        return self.records.append(event, to: stream.name.bytes, number: number, created: created)
    }

    /// Makes room for a record of `count` bytes that holds no event, and returns its range.
    @discardableResult
    mutating func advance(by count: Int) -> Range<Int64> {
        let start = self.endPosition
        self.lastRecord = start..<start + Int64(Self.recordOverhead + count)
        return self.lastRecord
    }

    /// An event that no client asked for.
    mutating func makeEvent(
        _ type: String, isJSON: Bool = true, _ data: Bytes, _ metadata: Bytes = Bytes()
    ) -> ProposedEvent {
        ProposedEvent(id: self.makeID(), type: type, isJSON: isJSON, data: data, metadata: metadata)
    }

    /// An id for an event that no client asked for.
    mutating func makeID() -> GUID {
        self.idsMade += 1
        return GUID(self.seed, self.idsMade)
    }
}

// An entry holds no more than it must: a log may have millions of them.
extension EventLog.Entry {
    /// Whether it was written without a transaction.
    var isOwnCommit: Bool { self.commitStart == self.prepareStart }

    /// The position of the event.
    var position: LogPosition { LogPosition(commit: self.commitStart, prepare: self.prepareStart) }

    /// The record of the event itself, from its position to that of the next record.
    var prepare: Range<Int64> { Self.record(from: self.prepareStart, self.record.contentCount) }

    /// The record that made the event visible: the same one, or the commit of a transaction, which has no content.
    var commit: Range<Int64> {
        self.isOwnCommit ? self.prepare : Self.record(from: self.commitStart, 0)
    }

    private static func record(from start: Int64, _ count: Int) -> Range<Int64> {
        start..<start + Int64(EventLog.recordOverhead + count)
    }
}
