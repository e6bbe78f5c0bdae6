internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// The last event numbers of streams that were written to lately, as answers to writes told them. A search for an
/// uncertain write ends there.
///
/// Names live in two generations, which take a bounded amount of memory together: when the younger one is full the older
/// one is forgotten.
final class KnownEnds: Sendable {
    /// The approximate cost of an entry besides the stream's name.
    private static let entryCost = 64
    /// That of an event of a write that was left open.
    private static let eventCost = 32
    /// How many such events are remembered for each stream.
    private static let openLimit = 256

    /// A write that may have been made although its call has ended.
    private struct OpenWrite {
        let events: [GUID]
        /// What was known before it.
        var number: Int64?
        /// Until when its caller may repeat it.
        var end: Environment.Instant
    }

    private struct Entry {
        var number: Int64?
        /// Until when the number stays as it is, because more writes were left open than are remembered.
        var fixedUntil: Environment.Instant?
        private var open: [OpenWrite] = []
        private(set) var openCount = 0

        /// What was known of the stream before these events were first sent, if not in an earlier call.
        func number(before events: some Sequence<GUID>, at now: Environment.Instant) -> Int64? {
            guard !self.open.isEmpty else { return self.number }
            let events = Set(events)
            return self.open.reduce(self.number) { number, write in
                guard write.end >= now, write.events.contains(where: events.contains) else { return number }
                return Self.lower(number, write.number)
            }
        }

        mutating func leftOpen(
            _ events: [GUID], after number: Int64?, until end: Environment.Instant, at now: Environment.Instant
        ) {
            self.open.removeAll { $0.end < now }
            if let known = self.open.firstIndex(where: { $0.events == events }) {
                self.open[known].number = Self.lower(self.open[known].number, number)
                self.open[known].end = end
            } else {
                self.open.append(OpenWrite(events: events, number: number, end: end))
            }
            self.openCount = self.open.reduce(0) { $0 + $1.events.count }
            guard self.openCount > KnownEnds.openLimit else { return }
            // Too many to tell them apart: for all writes, it stays as it was before the first of them.
            for write in self.open {
                self.number = self.fixedUntil == nil ? write.number : Self.lower(self.number, write.number)
                self.fixedUntil = max(self.fixedUntil ?? write.end, write.end)
            }
            (self.open, self.openCount) = ([], 0)
        }

        private static func lower(_ a: Int64?, _ b: Int64?) -> Int64? {
            guard let a, let b else { return nil }
            return min(a, b)
        }
    }

    private struct State {
        var young: [String: Entry] = [:]
        var old: [String: Entry] = [:]
        var youngCost = 0
    }

    private let generationLimit: Int
    private let environment: Environment
    private let state = Mutex(State())

    /// - Parameter limit: the bytes that everything may take, roughly.
    init(_ environment: Environment, limit: Int = 2 << 20) {
        self.environment = environment
        self.generationLimit = limit / 2
    }

    /// The last number that was known of a stream before a write of these events was first sent.
    func last(of stream: String, before events: some Sequence<GUID>) -> Int64? {
        self.state.withLock { state in
            (state.young[stream] ?? state.old[stream])?.number(before: events, at: self.environment.now)
        }
    }

    func learned(_ number: Int64, of stream: String) {
        self.set(stream) { entry in
            if let limit = entry.fixedUntil, limit >= self.environment.now { return }
            (entry.number, entry.fixedUntil) = (number, nil)
        }
    }

    /// A call ended although its write may have been made after this event (nil if none was known). If the caller repeats
    /// it within this time, whole or in part, the search must not end with what was written since.
    func leftOpen(
        _ stream: String, _ events: [GUID], after number: Int64?, for time: Duration = Environment.clockTolerance
    ) {
        let now = self.environment.now
        self.set(stream) { $0.leftOpen(events, after: number, until: now + time, at: now) }
    }

    private func set(_ stream: String, _ change: (inout Entry) -> Void) {
        self.state.withLock { state in
            // Of most writes; the name is hashed only once then.
            if let known = state.young.index(forKey: stream) {
                let before = state.young.values[known].openCount
                change(&state.young.values[known])
                state.youngCost += (state.young.values[known].openCount - before) * Self.eventCost
            } else {
                var entry = state.old[stream] ?? Entry()
                change(&entry)
                state.young[stream] = entry
                state.youngCost += Self.entryCost + stream.utf8.count + entry.openCount * Self.eventCost
            }
            guard state.youngCost >= self.generationLimit else { return }
            (state.old, state.young, state.youngCost) = (state.young, [:], 0)
        }
    }
}
