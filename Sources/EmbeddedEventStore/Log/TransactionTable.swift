internal import PhotonPumpWire

/// An event of a transaction, in the log but not visible yet.
struct PreparedEvent {
    let event: ProposedEvent
    let place: Range<Int64>
    /// Milliseconds since 1970.
    let created: Int64
}

/// A transaction that a client has begun.
struct Transaction {
    let stream: StreamName
    let expected: ExpectedVersion
    var events: [PreparedEvent] = []
    /// The numbers of its first and last events once they have been committed. The events are released then.
    var committed: (first: Int64, last: Int64)?
    /// Where its events are in the log, in order.
    fileprivate(set) var places: [Int64] = []
}

/// The transactions of all clients, by id, within a bounded amount of memory.
///
/// A transaction has no owner and no time limit, so clients may leave any number behind. If there are too many, or they
/// take too much memory, the oldest are forgotten, committed or not; committing one of those is like committing one
/// that never existed.
struct TransactionTable {
    /// The approximate cost of a transaction, or of an event besides its text and payload.
    private static let overhead = 256

    private let countLimit: Int
    private let costLimit: Int
    private var transactions: [Int64: Transaction] = [:]
    /// The ids, oldest first: they are positions, and only grow.
    private var ids: [Int64] = []
    private var cost = 0

    /// - Parameters:
    ///   - countLimit: the number of transactions to remember.
    ///   - costLimit: the bytes that all of them may take, roughly.
    init(countLimit: Int = 1_000, costLimit: Int = 128 << 20) {
        self.countLimit = countLimit
        self.costLimit = costLimit
    }

    subscript(id: Int64) -> Transaction? { self.transactions[id] }

    /// - Parameter id: larger than any before.
    mutating func begin(_ id: Int64, _ transaction: Transaction) {
        self.transactions[id] = transaction
        self.ids.append(id)
        self.cost += Self.cost(of: transaction)
        self.forgetOldest()
    }

    /// The stream of a transaction that is known and not committed.
    func openStream(_ id: Int64) -> StreamName? {
        self.transactions[id].flatMap { $0.committed == nil ? $0.stream : nil }
    }

    /// The transaction that has an event at this place of the log.
    func transaction(with place: Int64) -> Transaction? {
        for id in self.ids.reversed() where id < place {
            if let transaction = self.transactions[id], transaction.has(place) { return transaction }
        }
        return nil
    }

    /// Has no effect on a transaction that is not open.
    mutating func add(_ events: [PreparedEvent], to id: Int64) {
        guard self.openStream(id) != nil else { return }
        self.transactions[id]?.events += events
        self.transactions[id]?.places += events.map(\.place.lowerBound)
        self.cost += Self.cost(of: events)
        self.forgetOldest()
    }

    mutating func commit(_ id: Int64, first: Int64, last: Int64) {
        guard let transaction = self.transactions[id] else { return }
        self.cost -= Self.cost(of: transaction.events)
        self.transactions[id]?.events = []
        self.transactions[id]?.committed = (first, last)
    }

    private mutating func forgetOldest() {
        while self.ids.count > self.countLimit || self.cost > self.costLimit, let oldest = self.ids.first {
            self.ids.removeFirst()
            self.cost -= self.transactions.removeValue(forKey: oldest).map(Self.cost) ?? 0
        }
    }

    private static func cost(of transaction: Transaction) -> Int {
        self.overhead + transaction.stream.bytes.count + self.cost(of: transaction.events)
    }

    private static func cost(of events: [PreparedEvent]) -> Int {
        events.reduce(0) { $0 + $1.event.contentCount + Self.overhead }
    }
}

extension ProposedEvent {
    /// The bytes of its type and payload.
    var contentCount: Int { self.type.utf8.count + self.data.count + (self.metadata?.count ?? 0) }
}

extension Transaction {
    fileprivate func has(_ place: Int64) -> Bool {
        var (low, high) = (self.places.startIndex, self.places.endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if self.places[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low < self.places.endIndex && self.places[low] == place
    }
}
