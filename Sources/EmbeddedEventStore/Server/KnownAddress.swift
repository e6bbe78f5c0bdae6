internal import Synchronization

/// Where a server can be found; any thread may ask.
final class KnownAddress: Sendable {
    private let address: Mutex<NodeAddress>

    init(_ address: NodeAddress) {
        self.address = Mutex(address)
    }

    var value: NodeAddress {
        get { self.address.withLock { $0 } }
        set { self.address.withLock { $0 = newValue } }
    }
}
