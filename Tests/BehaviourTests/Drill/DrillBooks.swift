import Foundation
import PhotonPump

/// What writers meant to write, and what they were told became of it: every id is written down before it is sent, and
/// again when its write is answered.
struct DrillBooks {
    /// A write that the server has said to have made.
    struct Write {
        /// nil if that was not said.
        let first: Int64?
        let ids: [UUID]
        /// How long that took to say, and when it was said.
        let time: Duration
        let moment: String
    }

    /// One stream, which has one writer.
    struct Account {
        /// In the order they were sent.
        var intended: [UUID] = []
        var acknowledged: [Write] = []
        /// Of writes that may have been made.
        var uncertain: Set<UUID> = []
        /// Of writes that were not made.
        var refused: Set<UUID> = []
        /// Whether older events go as newer ones come.
        var isTruncated = false

        var acknowledgedCount: Int { self.acknowledged.reduce(0) { $0 + $1.ids.count } }
    }

    private(set) var accounts: [String: Account] = [:]
    private(set) var calls = 0
    /// How many calls ended how: `ok`, or with which error.
    private(set) var outcomes: [String: Int] = [:]
    private(set) var longest = Duration.zero

    mutating func open(_ stream: String, isTruncated: Bool = false) {
        self.accounts[stream, default: Account()].isTruncated = isTruncated
    }

    mutating func intend(_ ids: [UUID], for stream: String) {
        self.accounts[stream, default: Account()].intended += ids
    }

    mutating func acknowledge(_ ids: [UUID], of stream: String, from first: Int64?, after time: Duration) {
        self.accounts[stream, default: Account()].acknowledged.append(
            Write(first: first, ids: ids, time: time, moment: momentOfDrill()))
        self.note("ok", time)
    }

    mutating func fail(_ ids: [UUID], of stream: String, _ error: PhotonPumpError, after time: Duration) {
        if error.mayHaveBeenApplied {
            self.accounts[stream, default: Account()].uncertain.formUnion(ids)
        } else {
            self.accounts[stream, default: Account()].refused.formUnion(ids)
        }
        self.note("\(error.code)\(error.mayHaveBeenApplied ? " (uncertain)" : "")", time)
    }

    private mutating func note(_ outcome: String, _ time: Duration) {
        self.calls += 1
        self.outcomes[outcome, default: 0] += 1
        self.longest = max(self.longest, time)
    }

    /// What is wrong with a stream that holds these events; empty if the books balance.
    ///
    /// - Parameter events: all that were ever in it, in order, with their numbers.
    func complaints(about stream: String, _ events: [(number: Int64, id: UUID)]) -> [String] {
        guard let account = self.accounts[stream] else { return [] }
        var complaints: [String] = []
        var places: [UUID: Int64] = [:]
        for (index, event) in events.enumerated() {
            if let place = places[event.id] {
                complaints.append("\(stream): event \(event.id) is there twice, as \(place) and \(event.number)")
            }
            if index > 0, event.number != events[index - 1].number + 1 {
                complaints.append("\(stream): \(events[index - 1].number) is followed by \(event.number)")
            }
            places[event.id] = event.number
        }
        for write in account.acknowledged {
            for (offset, id) in write.ids.enumerated() {
                let number = write.first.map { $0 + Int64(offset) }
                guard places[id] == nil || places[id] != number ?? places[id] else { continue }
                let place = places[id].map { "is \($0)" } ?? "is not there"
                complaints.append(
                    "\(stream): event \(id), acknowledged as \(number ?? -1) at \(write.moment) "
                        + "after \(write.time), \(place)")
            }
        }
        for id in account.refused where places[id] != nil {
            complaints.append("\(stream): event \(id) is there, although its write was refused")
        }
        let order = Dictionary(uniqueKeysWithValues: account.intended.enumerated().map { ($1, $0) })
        let there = events.map { order[$0.id] }
        for case (nil, let event) in zip(there, events) {
            complaints.append("\(stream): nobody meant to write event \(event.number)")
        }
        for (earlier, later) in zip(there.compactMap(\.self), there.compactMap(\.self).dropFirst())
        where earlier >= later {
            complaints.append("\(stream): what was sent as number \(later) comes after number \(earlier)")
        }
        return complaints
    }
}
