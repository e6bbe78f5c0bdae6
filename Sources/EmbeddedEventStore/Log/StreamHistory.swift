/// The events of one stream, as indices of the log: event n is at index n.
struct StreamHistory {
    /// The number of a tombstone, and what truncates a soft-deleted stream.
    static let deletedNumber = Int64.max

    private(set) var places: [Int] = []
    /// Deleted permanently.
    var hasTombstone = false
    /// According to the latest event of its metastream.
    var metadata = StreamMetadata()

    /// The number of the last event written, -1 for none; that of the tombstone if there is one.
    var lastNumber: Int64 { self.hasTombstone ? Self.deletedNumber : Int64(self.places.count) - 1 }

    /// The index of event `number`, hidden or not.
    func place(_ number: Int64) -> Int? {
        guard number >= 0, number < self.places.count else { return nil }
        return self.places[Int(number)]
    }

    /// The indices of those of `numbers` that exist.
    func places(_ numbers: ClosedRange<Int64>) -> ArraySlice<Int> {
        let start = max(numbers.lowerBound, 0)
        let end = min(numbers.upperBound, Int64(self.places.count) - 1)
        return start <= end ? self.places[Int(start)...Int(end)] : []
    }

    /// Adds the next event and returns its number.
    mutating func append(place: Int) -> Int64 {
        self.places.append(place)
        return Int64(self.places.count) - 1
    }
}
