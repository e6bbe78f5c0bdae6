internal import PhotonPumpWire

/// Finds out what became of writes to one stream whose answers were lost; pure.
///
/// It searches the stream backward for the writes' events. The search only chooses the version that each write expects
/// when it is sent again; the server decides. So a write that is still in flight cannot slip in between, and a master
/// that was deposed, which can no longer complete a write, confirms nothing:
///
/// - A write whose events are there as one run is sent again expecting the version before them. The server compares the
///   events and confirms, without writing anything.
/// - A write that is certainly not there is sent again expecting the stream's last event, or that there is none. If
///   anything was written since, the server refuses it, and the new events are searched.
/// - Where neither is certain it is in doubt.
struct Settlement {
    struct Write {
        /// Identifies its call.
        let id: GUID
        /// Its place in the order of the calls.
        let place: UInt64
        let write: UncertainWrite
        /// No event of the write was created earlier, in units of 100 ns since 1970.
        let notBefore: Int64
    }

    enum Step {
        /// Read a page backward, from this number or, if that is -1, from the end.
        case read(from: Int64)
        /// Send a write again, with this expectation.
        case send(GUID, expecting: ExpectedVersion)
        /// It stays unknown whether the write was made.
        case doubt(GUID, Doubt)
        /// Nothing is left to do.
        case end
    }

    /// What came of sending a write again.
    enum Outcome {
        case written
        /// The stream was not at the expected version.
        case conflict
        /// Its call has failed.
        case failed
    }

    private struct Entry {
        let write: Write
        /// Everything up to this number is known not to belong to the write; nil if nothing is known.
        var floor: Int64?
        /// Where its events were found when the server did not recognise them.
        var refused: Int64?
    }

    /// The most events to examine in one search.
    private let limit: Int
    /// The writes whose fate is open, in the order of the calls.
    private var entries: [Entry] = []
    private var search: StreamSearch
    /// Whether the search has asked for a page; an answer to an earlier search is of no use.
    private var awaitsPage = false
    /// How many writes were confirmed because they were there, and how many were made.
    private(set) var count = (found: 0, made: 0)
    /// Whether the fates of all writes are known; the search need not go on then.
    private var isDecided = false

    /// - Parameter limit: the most events to examine in one search.
    init(limit: Int) {
        self.limit = limit
        self.search = StreamSearch(limit: limit)
    }

    /// The writes whose fate is open.
    var writes: [GUID] { self.entries.map(\.write.id) }

    /// Another write's answer was lost.
    mutating func add(_ write: Write) {
        // Before it is included: the search so far has not looked for it.
        self.searchAgain()
        let entry = Entry(write: write, floor: write.write.knownBefore)
        let index = self.entries.firstIndex { $0.write.place > write.place } ?? self.entries.endIndex
        self.entries.insert(entry, at: index)
    }

    /// The call is over: its write is not sent (again).
    mutating func drop(_ id: GUID) {
        self.entries.removeAll { $0.write.id == id }
    }

    /// What to do next. ``received(_:)``, ``searchFailed(_:)`` or ``sent(_:_:)`` must follow what was asked for, and
    /// ``drop(_:)`` a doubt, before this is called again. Writes may be added in between.
    mutating func next() -> Step {
        guard let entry = self.entries.first else { return .end }
        if let place = self.search.next, !self.isDecided {
            self.isDecided = self.entries.allSatisfy { self.fate(of: $0) != nil }
            self.awaitsPage = !self.isDecided
            if self.awaitsPage { return .read(from: place) }
        }
        switch self.fate(of: entry) ?? .doubt(self.search.doubt) {
        case .doubt(let doubt): return .doubt(entry.write.id, doubt)
        case .send(let version): return .send(entry.write.id, expecting: version)
        }
    }

    /// A page was read.
    mutating func received(_ page: SearchedPage) {
        guard self.awaitsPage else { return }
        self.awaitsPage = false
        let wanted = Set(self.entries.flatMap(\.write.write.events))
        self.search.received(page) { wanted.contains($0) }
    }

    /// The stream cannot be read.
    mutating func searchFailed(_ error: PhotonPumpError) {
        guard self.awaitsPage else { return }
        self.awaitsPage = false
        self.search.failed(error)
    }

    /// A write was sent again.
    mutating func sent(_ id: GUID, _ outcome: Outcome) {
        guard let index = self.entries.firstIndex(where: { $0.write.id == id }) else { return self.searchAgain() }
        let events = self.entries[index].write.write.events
        switch outcome {
        case .conflict:
            self.entries[index].refused = self.search.run(of: events)
            self.searchAgain()
        case .failed:
            self.entries.remove(at: index)
            // It may have been made.
            self.searchAgain()
        case .written:
            self.entries.remove(at: index)
            if self.search.run(of: events) == nil {
                self.search.appended(events.count)
                self.count.made += 1
            } else {
                self.count.found += 1
            }
        }
    }

    private enum Fate {
        case send(ExpectedVersion)
        case doubt(Doubt)
    }

    /// What the search says about a write so far; nil if it may still say more.
    private func fate(of entry: Entry) -> Fate? {
        let write = entry.write
        if let first = self.search.run(of: write.write.events) {
            return first == entry.refused ? .doubt(.unrecognised(first)) : .send(Self.version(first - 1))
        }
        guard self.search.excludes(notBefore: write.notBefore, floor: entry.floor) else { return nil }
        if self.search.hasAny(of: write.write.events) { return .doubt(.partly) }
        if write.write.needsStream, self.search.isEmpty { return .doubt(.streamGone) }
        return .send(Self.version(self.search.last))
    }

    private static func version(_ number: Int64) -> ExpectedVersion { number < 0 ? .noStream : .version(number) }

    /// Searches what was written since the last search, for the writes that were certainly not there then, and for the
    /// others the rest, too.
    private mutating func searchAgain() {
        guard self.search.hasBegun else { return }
        for index in self.entries.indices {
            let write = self.entries[index].write
            if self.search.excludes(notBefore: write.notBefore, floor: self.entries[index].floor),
                !self.search.hasAny(of: write.write.events)
            {
                self.entries[index].floor = self.search.last
            }
        }
        self.search = StreamSearch(limit: self.limit)
        self.awaitsPage = false
        self.isDecided = false
    }
}
