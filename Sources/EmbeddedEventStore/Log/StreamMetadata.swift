internal import Foundation
internal import PhotonPumpWire

/// The parts of the latest event of a metastream that servers apply to the stream.
struct StreamMetadata: Equatable {
    /// How many events are visible, the last ones.
    var maxCount: Int64?
    /// The age up to which events are visible, in seconds.
    var maxAge: Int64?
    /// The number below which events are hidden.
    var truncateBefore: Int64?
    var access = AccessList()

    /// Hidden entirely, until the next write.
    var isSoftDeleted: Bool { self.truncateBefore == StreamHistory.deletedNumber }

    /// The number of the first visible event of a stream that ends with `last`; it may be greater than `last`.
    func firstShown(last: Int64) -> Int64 {
        let counted = self.maxCount.map { last - $0 + 1 } ?? 0
        return max(0, counted, self.truncateBefore ?? 0)
    }

    /// The earliest time at which an event visible at `now` was written, in milliseconds since 1970; nil for any time.
    func oldestShown(now: Int64) -> Int64? {
        self.maxAge.map { now - $0 * 1000 }
    }
}

extension StreamMetadata: Decodable {
    /// Servers do not accept more seconds than this.
    private static let longestAge = Int64.max / 10_000_000

    private enum CodingKeys: String, CodingKey {
        case maxCount = "$maxCount"
        case maxAge = "$maxAge"
        case truncateBefore = "$tb"
        case cacheControl = "$cacheControl"
        case isTemporary = "$tmp"
        case access = "$acl"
    }

    /// Has no effect if the event is not JSON, or not an object whose known members have the right types: a single
    /// wrong member makes a server ignore them all.
    init(_ event: ProposedEvent) {
        let decoded = event.isJSON ? try? JSONDecoder().decode(Self.self, from: event.data.foundationData) : nil
        self = decoded ?? Self()
    }

    /// Numbers out of range are ignored one by one.
    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        func number(_ key: CodingKeys, _ range: PartialRangeFrom<Int64>) throws -> Int64? {
            // A null is a member, and has the wrong type.
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
