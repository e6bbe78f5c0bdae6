import PhotonPumpWire
import Synchronization

/// Ids that count from 1.
final class CountedIDs: Sendable {
    private let count = Atomic<UInt64>(0)

    static func id(_ number: UInt64) -> GUID { GUID(number, 1) }

    func next() -> GUID { Self.id(self.count.wrappingAdd(1, ordering: .relaxed).newValue) }
}
