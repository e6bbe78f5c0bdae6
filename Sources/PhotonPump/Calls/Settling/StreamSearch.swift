internal import PhotonPumpWire

/// A search through a stream from its end backward, for events with certain ids; pure.
struct StreamSearch {
    private let limit: Int
    /// The number to go on at, -1 for the end; nil once the search is over.
    private(set) var next: Int64? = -1
    private(set) var hasBegun = false
    /// The number of the stream's last event, -1 for none.
    private(set) var last: Int64 = -1
    /// Whether the stream has no events, or none any more.
    private(set) var isEmpty = false
    /// Why nothing is known about events that were not examined.
    private(set) var doubt = Doubt.hidden

    /// All events with higher numbers have been examined.
    private var examined: Int64 = .max
    private var oldest: Int64 = .max
    private var count = 0
    /// The numbers of the events that were looked for.
    private var numbers: [GUID: Set<Int64>] = [:]

    /// - Parameter limit: the most events to examine.
    init(limit: Int) {
        self.limit = limit
    }

    mutating func received(_ page: SearchedPage, _ isWanted: (GUID) -> Bool) {
        if !self.hasBegun {
            self.hasBegun = true
            self.last = page.lastNumber
            self.examined = page.lastNumber
            self.isEmpty = page.isAbsent || page.lastNumber < 0
        }
        self.next = page.next
        for event in page.events {
            // Events in between can no longer be read.
            guard event.number == self.examined else {
                self.next = nil
                return
            }
            self.examined -= 1
            self.oldest = min(self.oldest, event.created)
            self.count += 1
            if isWanted(event.id) { self.numbers[event.id, default: []].insert(event.number) }
        }
        if page.next != nil, page.next != self.examined { self.next = nil }
        if self.next != nil, self.count >= self.limit {
            self.next = nil
            self.doubt = .tooMany(self.count)
        }
    }

    mutating func failed(_ error: PhotonPumpError) {
        self.hasBegun = true
        self.next = nil
        self.doubt = .unreadable(error)
    }

    /// Events that are not looked for were added at the end.
    mutating func appended(_ count: Int) {
        guard self.hasBegun else { return }
        self.last += Int64(count)
        self.isEmpty = false
    }

    /// Whether an event that was not found is not in the stream.
    ///
    /// - Parameters:
    ///   - notBefore: it was not created earlier.
    ///   - floor: its number is higher than this; nil if nothing is known.
    func excludes(notBefore: Int64, floor: Int64?) -> Bool {
        guard self.hasBegun else { return false }
        if self.examined < 0 || self.oldest < notBefore { return true }
        // A stream that ends before what was known of it has not the same history.
        return floor.map { $0 <= self.last && self.examined <= $0 } ?? false
    }

    func hasAny(of events: [GUID]) -> Bool { events.contains { self.numbers[$0] != nil } }

    /// The number of the first of these events, if all of them are in the stream one after another; the latest, if they
    /// are there several times.
    func run(of events: [GUID]) -> Int64? {
        guard let first = events.first, let starts = self.numbers[first] else { return nil }
        return starts.filter { start in
            events.indices.allSatisfy { self.numbers[events[$0]]?.contains(start + Int64($0)) ?? false }
        }.max()
    }

    /// The same for `count` events of which only the ends are known.
    func run(from first: GUID, to last: GUID, _ count: Int) -> Int64? {
        guard let starts = self.numbers[first], let ends = self.numbers[last] else { return nil }
        return starts.filter { ends.contains($0 + Int64(count) - 1) }.max()
    }
}
