internal import PhotonPumpWire
internal import Synchronization

/// Generates the correlation ids of one client: a random half, and a counter.
struct CorrelationIDs: ~Copyable, Sendable {
    private let random = UInt64.random(in: 1 ... .max)
    private let count = Atomic<UInt64>(0)

    func next() -> GUID {
        GUID(self.count.wrappingAdd(1, ordering: .relaxed).newValue, self.random)
    }
}
