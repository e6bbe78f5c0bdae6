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
        /// Of each event, or of all of them.
        let confirmations: [Confirmation]
        /// How long that took to say, and the time of day when it was said.
        let time: Duration
        let moment: String

        func confirmation(of offset: Int) -> Confirmation {
            self.confirmations.count == 1 ? self.confirmations[0] : self.confirmations[offset]
        }
    }

    /// What is known of when and where an event was confirmed.
    struct Confirmation {
        /// Where it lies in the log, as far as that is known.
        let positions: ClosedRange<Int64>
        /// When it was sent.
        let began: ContinuousClock.Instant
        /// When that was said; where that is not known, when it could have been at the earliest.
        let moment: ContinuousClock.Instant
    }

    /// What is wrong with a stream.
    struct Findings {
        var complaints: [String] = []
        /// How many events the server has said to have made, and later to have cut off.
        var cutOff = 0
    }

    /// One stream, which has one writer.
    struct Account {
        /// In the order they were sent.
        var intended: [UUID] = []
        /// Of those whose writes have no outcome yet: the highest position that was confirmed when they were sent.
        var beginnings: [UUID: (top: Int64, moment: ContinuousClock.Instant)] = [:]
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
    /// The highest position that was confirmed.
    private var top: Int64 = 0

    mutating func open(_ stream: String, isTruncated: Bool = false) {
        self.accounts[stream, default: Account()].isTruncated = isTruncated
    }

    mutating func intend(_ ids: [UUID], for stream: String) {
        let (top, now) = (self.top, ContinuousClock.now)
        self.change(stream) { account in
            account.intended += ids
            for id in ids { account.beginnings[id] = (top, now) }
        }
    }

    /// - Parameter position: nil if that was not said.
    mutating func acknowledge(
        _ ids: [UUID], of stream: String, from first: Int64?, at position: Position? = nil, after time: Duration
    ) {
        if let position { self.top = max(self.top, position.commit) }
        let top = self.top
        self.change(stream) { account in
            let beginnings = ids.compactMap { account.beginnings.removeValue(forKey: $0) }
            let confirmations =
                if let position {
                    [
                        Confirmation(
                            positions: position.commit...position.commit, began: beginnings.first?.moment ?? .now,
                            moment: .now)
                    ]
                } else {
                    beginnings.map { began in
                        Confirmation(
                            positions: began.top...max(top, began.top), began: began.moment, moment: began.moment)
                    }
                }
            account.acknowledged.append(
                Write(first: first, ids: ids, confirmations: confirmations, time: time, moment: momentOfDrill()))
        }
        self.note("ok", time)
    }

    private mutating func change(_ stream: String, _ change: (inout Account) -> Void) {
        change(&self.accounts[stream, default: Account()])
    }

    mutating func fail(_ ids: [UUID], of stream: String, _ error: PhotonPumpError, after time: Duration) {
        self.change(stream) { account in
            for id in ids { account.beginnings[id] = nil }
            if error.mayHaveBeenApplied { account.uncertain.formUnion(ids) } else { account.refused.formUnion(ids) }
        }
        self.note("\(error.code)\(error.mayHaveBeenApplied ? " (uncertain)" : "")", time)
    }

    private mutating func note(_ outcome: String, _ time: Duration) {
        self.calls += 1
        self.outcomes[outcome, default: 0] += 1
        self.longest = max(self.longest, time)
    }

    /// What is wrong with a stream that holds these events; nothing if the books balance.
    ///
    /// - Parameters:
    ///   - events: all that were ever in it, in order, with their numbers.
    ///   - truncations: what is missing may be in these.
    func findings(
        about stream: String, _ events: [(number: Int64, id: UUID)], _ truncations: DrillTruncations
    ) -> Findings {
        guard let account = self.accounts[stream] else { return Findings() }
        var findings = Findings()
        var places: [UUID: Int64] = [:]
        for (index, event) in events.enumerated() {
            if let place = places[event.id] {
                findings.complaints.append("event \(event.id) is there twice, as \(place) and \(event.number)")
            }
            if index > 0, event.number != events[index - 1].number + 1 {
                findings.complaints.append("\(events[index - 1].number) is followed by \(event.number)")
            }
            places[event.id] = event.number
        }
        for write in account.acknowledged { write.compare(with: places, truncations, &findings) }
        for id in account.refused where places[id] != nil {
            findings.complaints.append("event \(id) is there, although its write was refused")
        }
        let order = Dictionary(uniqueKeysWithValues: account.intended.enumerated().map { ($1, $0) })
        let there = events.map { order[$0.id] }
        for case (nil, let event) in zip(there, events) {
            findings.complaints.append("nobody meant to write event \(event.number)")
        }
        for (earlier, later) in zip(there.compactMap(\.self), there.compactMap(\.self).dropFirst())
        where earlier >= later {
            findings.complaints.append("what was sent as number \(later) comes after number \(earlier)")
        }
        findings.complaints = findings.complaints.map { "\(stream): \($0)" }
        return findings
    }
}

extension DrillBooks.Write {
    /// Adds what is wrong if these are the numbers of what is there.
    fileprivate func compare(
        with places: [UUID: Int64], _ truncations: DrillTruncations, _ findings: inout DrillBooks.Findings
    ) {
        var cutOff: Int64 = 0
        for (offset, id) in self.ids.enumerated() {
            // Those of a sequence that are written later get the numbers of those that are gone.
            let number = self.first.map { $0 + Int64(offset) - cutOff }
            guard places[id] == nil || places[id] != number ?? places[id] else { continue }
            let confirmation = self.confirmation(of: offset)
            if places[id] == nil, truncations.include(confirmation) {
                cutOff += 1
                continue
            }
            let place = places[id].map { "is \($0)" } ?? "is not there, nor in what nodes have cut off"
            findings.complaints.append(
                "event \(id), acknowledged as \(number ?? -1) at \(self.moment) (in the log at "
                    + "\(confirmation.positions)) after \(self.time), \(place)")
        }
        findings.cutOff += Int(cutOff)
    }
}
