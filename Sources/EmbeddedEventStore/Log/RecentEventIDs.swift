internal import PhotonPumpWire

/// Remembers where the latest event ids were written, within a fixed amount of memory.
///
/// An id is remembered for the first stream that it was written to, for as long as it is remembered at all. Ids live in
/// two generations: when the younger one is full the older one is forgotten, and an id that is looked up becomes young
/// again.
struct RecentEventIDs {
    struct Place: Hashable {
        let stream: StreamName
        let number: Int64
    }

    /// The approximate cost of an entry besides the name of its stream.
    private static let entryCost = 64

    private let generationLimit: Int
    private var young: [GUID: Place] = [:]
    private var old: [GUID: Place] = [:]
    private var youngCost = 0

    /// - Parameter limit: the bytes that all ids may take, roughly.
    init(limit: Int = 8 << 20) {
        self.generationLimit = limit / 2
    }

    mutating func place(of id: GUID) -> Place? {
        if let place = self.young[id] { return place }
        guard let place = self.old.removeValue(forKey: id) else { return nil }
        self.insert(id, place)
        return place
    }

    mutating func remember(_ id: GUID, _ place: Place) {
        guard self.place(of: id) == nil else { return }
        self.insert(id, place)
    }

    private mutating func insert(_ id: GUID, _ place: Place) {
        if self.youngCost >= self.generationLimit {
            self.old = self.young
            self.young = [:]
            self.youngCost = 0
        }
        self.young[id] = place
        self.youngCost += Self.entryCost + place.stream.bytes.count
    }
}
