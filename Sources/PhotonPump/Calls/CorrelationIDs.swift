internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// Generates the correlation ids of one client, a random half and a counter, and knows those in use that callers have
/// chosen.
struct CorrelationIDs: ~Copyable, Sendable {
    private let random: UInt64
    private let count = Atomic<UInt64>(0)
    private let chosen = Mutex<Set<GUID>>([])

    init(_ environment: Environment) {
        var generator = environment.randomness
        self.random = .random(in: 1 ... .max, using: &generator)
    }

    func next() -> GUID {
        GUID(self.count.wrappingAdd(1, ordering: .relaxed).newValue, self.random)
    }

    /// - Returns: whether nobody else uses it.
    func claim(_ id: GUID) -> Bool { self.chosen.withLock { $0.insert(id).inserted } }

    func release(_ id: GUID) {
        self.chosen.withLock { _ = $0.remove(id) }
    }
}
