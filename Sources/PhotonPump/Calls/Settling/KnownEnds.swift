internal import PhotonPumpTransport
internal import Synchronization

/// The last event numbers of streams that were written to lately, as answers to writes told them. A search for an
/// uncertain write ends there.
///
/// Names live in two generations, which take a bounded amount of memory together: when the younger one is full the older
/// one is forgotten.
final class KnownEnds: Sendable {
    /// The approximate cost of an entry besides the stream's name.
    private static let entryCost = 64

    private struct Entry {
        var number: Int64?
        /// Until when the number stays as it is.
        var fixedUntil: Environment.Instant?
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

    func last(of stream: String) -> Int64? {
        self.state.withLock { ($0.young[stream] ?? $0.old[stream])?.number }
    }

    func learned(_ number: Int64, of stream: String) {
        self.set(stream) { entry in
            guard let limit = entry.fixedUntil else {
                entry.number = number
                return
            }
            if limit < self.environment.now { entry = Entry(number: number) }
        }
    }

    /// A call ended although its write may have been made after this event (nil if none was known). If the caller repeats
    /// it within this time, the search must not end with what was written since.
    func leftOpen(_ stream: String, after number: Int64?, for time: Duration = Environment.clockTolerance) {
        let limit = self.environment.now + time
        self.set(stream) { entry in
            entry.number =
                entry.fixedUntil == nil ? number : entry.number.flatMap { old in number.map { min(old, $0) } }
            entry.fixedUntil = limit
        }
    }

    private func set(_ stream: String, _ change: (inout Entry) -> Void) {
        self.state.withLock { state in
            // Of most writes; the name is hashed only once then.
            if let known = state.young.index(forKey: stream) { return change(&state.young.values[known]) }
            var entry = state.old[stream] ?? Entry()
            change(&entry)
            state.young[stream] = entry
            state.youngCost += Self.entryCost + stream.utf8.count
            guard state.youngCost >= self.generationLimit else { return }
            (state.old, state.young, state.youngCost) = (state.young, [:], 0)
        }
    }
}
