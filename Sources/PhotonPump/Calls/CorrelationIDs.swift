internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// Generates the correlation ids of one client: a random half, and a counter.
struct CorrelationIDs: ~Copyable, Sendable {
    private let random: UInt64
    private let count = Atomic<UInt64>(0)

    init(_ environment: Environment) {
        var generator = environment.randomness
        self.random = .random(in: 1 ... .max, using: &generator)
    }

    func next() -> GUID {
        GUID(self.count.wrappingAdd(1, ordering: .relaxed).newValue, self.random)
    }
}
