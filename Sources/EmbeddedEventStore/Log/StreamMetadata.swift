internal import Foundation
internal import PhotonPumpWire

/// What the latest event of a metastream says about its stream, as far as servers obey it.
struct StreamMetadata: Equatable {
    /// How many events are shown, the last ones.
    var maxCount: Int64?
    /// How old a shown event is at most, in seconds.
    var maxAge: Int64?
    /// The number below which events are hidden.
    var truncateBefore: Int64?
    var access = AccessList()

    /// Hidden as a whole, until the next write.
    var isSoftDeleted: Bool { self.truncateBefore == StreamHistory.deletedNumber }

    /// The number of the first event shown of a stream that ends with `last`; it may lie beyond.
    func firstShown(last: Int64) -> Int64 {
        let counted = self.maxCount.map { last - $0 + 1 } ?? 0
        return max(0, counted, self.truncateBefore ?? 0)
    }

    /// When, in milliseconds since 1970, the oldest event that is shown at `now` was written; nil for any time.
    func oldestShown(now: Int64) -> Int64? {
        self.maxAge.map { now - $0 * 1000 }
    }
}

extension StreamMetadata: Decodable {
    /// More seconds than that are no time to a server.
    private static let longestAge = Int64.max / 10_000_000

    private enum CodingKeys: String, CodingKey {
        case maxCount = "$maxCount"
        case maxAge = "$maxAge"
        case truncateBefore = "$tb"
        case cacheControl = "$cacheControl"
        case isTemporary = "$tmp"
        case access = "$acl"
    }

    /// Without effect if the event is not JSON, or not an object whose known members have the right types: one wrong
    /// member makes a server overlook them all.
    init(_ event: ProposedEvent) {
        let decoded = event.isJSON ? try? JSONDecoder().decode(Self.self, from: event.data.foundationData) : nil
        self = decoded ?? Self()
    }

    /// Numbers out of range are overlooked one by one.
    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        func number(_ key: CodingKeys, _ range: PartialRangeFrom<Int64>) throws -> Int64? {
            // A null is there, and of the wrong type.
            guard members.contains(key) else { return nil }
            let number = try members.decode(Int64.self, forKey: key)
            return range.contains(number) ? number : nil
        }
        self.maxCount = try number(.maxCount, 1...)
        self.maxAge = try number(.maxAge, 1...)
        self.truncateBefore = try number(.truncateBefore, 0...)
        _ = try number(.cacheControl, 1...)
        if members.contains(.isTemporary) { _ = try members.decode(Bool.self, forKey: .isTemporary) }
        if members.contains(.access) { self.access = try members.decode(AccessList.self, forKey: .access) }
        if let maxAge = self.maxAge, maxAge > Self.longestAge {
            let text = "\(maxAge) seconds are no time"
            throw DecodingError.dataCorruptedError(forKey: .maxAge, in: members, debugDescription: text)
        }
    }
}

extension Bytes {
    /// A copy for Foundation's JSON.
    var foundationData: Data { self.withUnsafeBytes { Data($0) } }
}
