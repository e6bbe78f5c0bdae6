import Foundation
import PhotonPump
import Synchronization

/// What writers meant to write, what they were told became of it, and where anybody has seen it since. Whatever
/// contradicts what is written here is a complaint.
package final class Ledger: Sendable {
    enum Fate {
        case open, acknowledged, uncertain, refused
    }

    struct Entry {
        let stream: String
        /// Which write it belongs to, and where in that.
        let write: Int
        let index: Int
        var fate = Fate.open
        var number: Int64?
    }

    /// A stream.
    struct Account {
        /// By their numbers, as far as anybody has seen them.
        var ids: [Int64: UUID] = [:]
        /// How many events it has at least, because it was said to have them.
        var acknowledged: Int64 = 0
    }

    fileprivate struct State {
        var entries: [UUID: Entry] = [:]
        var accounts: [String: Account] = [:]
        var writes = 0
        var tally = Tally()
    }

    /// As many are worth reading.
    private static let mostComplaints = 20

    private let state = Mutex(State())

    package init() {}

    package var tally: Tally { self.state.withLock { $0.tally } }
    var streams: [String] { self.state.withLock { $0.accounts.keys.sorted() } }
    var isBalanced: Bool { self.state.withLock { $0.tally.complaints.isEmpty } }

    /// How many events the stream has at least.
    func acknowledgedCount(of stream: String) -> Int64 {
        self.state.withLock { $0.accounts[stream]?.acknowledged ?? 0 }
    }

    func complain(_ text: @autoclosure () -> String) {
        self.state.withLock { $0.complain(text()) }
    }

    /// - Parameter isSo: what has to be so.
    func check(_ isSo: Bool, _ text: @autoclosure () -> String) {
        if !isSo { self.complain(text()) }
    }

    func count(_ change: (inout Tally) -> Void) {
        self.state.withLock { change(&$0.tally) }
    }

    // MARK: Writing

    /// To be called before they are sent.
    func propose(_ ids: [UUID], to stream: String) {
        self.state.withLock { state in
            state.writes += 1
            for (index, id) in ids.enumerated() {
                state.entries[id] = Entry(stream: stream, write: state.writes, index: index)
            }
            state.accounts[stream, default: Account()].acknowledged += 0
        }
    }

    func confirm(_ ids: [UUID], to stream: String, _ result: WriteResult, expecting expected: ExpectedVersion) {
        self.state.withLock { state in
            let (first, last) = (result.firstEventNumber, result.lastEventNumber)
            if result.stream != stream || last - first != Int64(ids.count) - 1 {
                state.complain("\(ids.count) events for '\(stream)' were written as \(result)")
            }
            let isAsExpected =
                switch expected {
                case .any: true
                case .noStream: first == 0
                case .streamExists: first > 0
                case .version(let number): first == number + 1
                }
            if !isAsExpected {
                state.complain("'\(stream)' was expected to be at \(expected), and written to at \(first)")
            }
            for (id, number) in zip(ids, first...) {
                state.settle(id, .acknowledged)
                state.place(id, stream, number, "the writer")
            }
            let acknowledged = state.accounts[stream]?.acknowledged ?? 0
            state.accounts[stream]?.acknowledged = max(acknowledged, last + 1)
            state.tally.written += ids.count
        }
    }

    func fail(_ ids: [UUID], mayHaveBeenApplied: Bool) {
        self.state.withLock { state in
            for id in ids { state.settle(id, mayHaveBeenApplied ? .uncertain : .refused) }
            if mayHaveBeenApplied { state.tally.uncertain += ids.count }
        }
    }

    // MARK: Seeing

    func see(_ event: RecordedEvent, _ who: @autoclosure () -> String) {
        // Those of the server itself.
        guard !event.stream.hasPrefix("$") else { return }
        self.state.withLock { $0.place(event.id, event.stream, event.number, who()) }
    }

    /// Compares the whole of a stream with what is written here.
    func balance(_ stream: String, _ contents: [UUID]) {
        self.state.withLock { $0.balance(stream, contents) }
    }

    fileprivate static func complain(_ text: String, _ complaints: inout [String]) {
        if complaints.count < Self.mostComplaints { complaints.append(text) }
    }
}

extension Ledger.State {
    mutating func complain(_ text: String) {
        Ledger.complain(text, &self.tally.complaints)
    }

    mutating func settle(_ id: UUID, _ fate: Ledger.Fate) {
        guard let entry = self.entries[id] else { return self.complain("\(id) was never sent") }
        self.entries[id]?.fate = fate
        if fate == .refused, let number = entry.number {
            self.complain("event \(number) of '\(entry.stream)' is there, and its writer is told that it is not")
        }
    }

    /// Notes that an event was seen there.
    mutating func place(_ id: UUID, _ stream: String, _ number: Int64, _ who: @autoclosure () -> String) {
        self.tally.seen += 1
        guard let entry = self.entries[id] else {
            return self.complain("\(who()) sees \(id) as \(number) of '\(stream)', which nobody has written")
        }
        if entry.number == number, entry.stream == stream { return }
        if let known = entry.number {
            self.complain("\(who()) sees event \(known) of '\(entry.stream)' again, as \(number) of '\(stream)'")
        }
        if entry.stream != stream {
            self.complain("\(who()) sees \(id), written to '\(entry.stream)', as \(number) of '\(stream)'")
        }
        if entry.fate == .refused {
            self.complain("\(who()) sees event \(number) of '\(stream)', whose writer was told that it is not there")
        }
        if let other = self.accounts[stream]?.ids[number], other != id {
            self.complain("\(who()) sees \(id) as \(number) of '\(stream)', which was \(other)")
        }
        self.entries[id]?.number = number
        self.accounts[stream]?.ids[number] = id
    }

    mutating func balance(_ stream: String, _ contents: [UUID]) {
        let account = self.accounts[stream] ?? Ledger.Account()
        if contents.count < account.acknowledged {
            self.complain("'\(stream)' has \(contents.count) events, \(account.acknowledged) were acknowledged")
        }
        for (id, number) in contents.enumerated().map({ ($1, Int64($0)) }) {
            self.place(id, stream, number, "the auditor")
        }
        for (number, id) in account.ids where number >= contents.count {
            self.complain("event \(number) of '\(stream)', \(id), is gone")
        }
        // Each write is there as a whole, in its order.
        for (number, id) in contents.enumerated() {
            guard let entry = self.entries[id], entry.index > 0 else { continue }
            let before = number > 0 ? self.entries[contents[number - 1]] : nil
            if before?.write != entry.write || before?.index != entry.index - 1 {
                self.complain("event \(number) of '\(stream)' was not written after the one before it")
            }
        }
    }
}
