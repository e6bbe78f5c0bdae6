internal import PhotonPumpWire

/// Remembers where the latest event ids were written, within a fixed amount of memory.
///
/// An id is remembered for the first stream that it was written to, for as long as it is remembered at all. Ids live in
/// two generations: when the younger one is full the older one is forgotten, and an id that is looked up becomes young
/// again.
struct RecentEventIDs {
    struct Place: Hashable {
        /// The place of the stream in its table.
        let stream: Int
        let number: Int64
    }

    /// What an id takes.
    private static let cost = 64

    private let generationLimit: Int
    private var young = IDTable()
    private var old = IDTable()

    /// - Parameter limit: the bytes that all ids may take.
    init(limit: Int = 8 << 20) {
        self.generationLimit = min(limit / 2 / Self.cost, IDTable.largest)
    }

    mutating func place(of id: GUID) -> Place? {
        if let place = self.young[id] { return place }
        guard let place = self.old[id] else { return nil }
        self.insert(id, place)
        return place
    }

    mutating func remember(_ id: GUID, _ place: Place) {
        if self.place(of: id) == nil { self.insert(id, place) }
    }

    private mutating func insert(_ id: GUID, _ place: Place) {
        if self.young.count >= self.generationLimit {
            swap(&self.young, &self.old)
            self.young.removeAll()
        }
        self.young.insert(id, place)
    }
}

/// Ids and their places, in order of arrival, with an open-addressed table of where each is, half full at most.
///
/// A write looks for each of its ids, nearly always in vain. That takes a look at the small table, which has some bits of
/// each id's hash, and not at the ids. A dictionary takes several times as long: its elements are spread over megabytes,
/// and are copied whenever it grows, from nothing in each generation.
private struct IDTable {
    private struct Entry {
        let id: GUID
        let place: RecentEventIDs.Place
    }

    private static let smallest = 64
    /// The low bits of an element of the table: one more than the entry's rank, or 0.
    private static let rankBits: UInt32 = (1 << 20) - 1
    /// Clients choose ids, and must not be able to choose such as share a place in the table: as for dictionaries, it
    /// differs from process to process.
    private static let salt = UInt64(bitPattern: Int64(Hasher().finalize()))

    static let largest = Int(Self.rankBits) - 1

    private var entries: [Entry] = []
    private var table: [UInt32] = []

    var count: Int { self.entries.count }

    subscript(id: GUID) -> RecentEventIDs.Place? {
        guard !self.entries.isEmpty else { return nil }
        let element = self.table[self.index(of: id)]
        return element == 0 ? nil : self.entries[Int(element & Self.rankBits) - 1].place
    }

    /// - Parameter id: one that is not there.
    mutating func insert(_ id: GUID, _ place: RecentEventIDs.Place) {
        if 2 * self.entries.count >= self.table.count { self.grow() }
        self.entries.append(Entry(id: id, place: place))
        self.table[self.index(of: id)] = UInt32(self.entries.count) | Self.hash(id) & ~Self.rankBits
    }

    /// Keeps the memory for those to come.
    mutating func removeAll() {
        self.entries.removeAll(keepingCapacity: true)
        for index in self.table.indices { self.table[index] = 0 }
    }

    private mutating func grow() {
        self.table = Array(repeating: 0, count: max(Self.smallest, 2 * self.table.count))
        for (rank, entry) in self.entries.enumerated() {
            self.table[self.index(of: entry.id)] = UInt32(rank + 1) | Self.hash(entry.id) & ~Self.rankBits
        }
    }

    private static func hash(_ id: GUID) -> UInt32 { UInt32(truncatingIfNeeded: id.mixed(with: Self.salt)) }

    /// The place in the table with this id, or the free one where it belongs.
    private func index(of id: GUID) -> Int {
        let hash = Self.hash(id)
        let mask = self.table.count - 1
        var index = Int(hash) & mask
        while self.table[index] != 0 {
            let element = self.table[index]
            let isAlike = (element ^ hash) & ~Self.rankBits == 0
            if isAlike, self.entries[Int(element & Self.rankBits) - 1].id == id { break }
            index = (index + 1) & mask
        }
        return index
    }
}
