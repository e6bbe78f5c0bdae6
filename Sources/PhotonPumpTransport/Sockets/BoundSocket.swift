internal import PhotonPumpSystem

extension OwnedDescriptor {
    /// A socket that is bound to an address but does not listen.
    static func bound(to address: SocketAddress) throws(SocketError) -> OwnedDescriptor {
        let descriptor = OwnedDescriptor(
            try systemCall("socket", address: address.description) {
                socket(address.family, Platform.newSocket, Platform.tcp)
            }
        )
        let number = descriptor.number
        Platform.prepare(number)
        var on: CInt = 1
        setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        // A program that is being started holds this process's descriptors for a moment, even those closed since.
        var patience = 40
        while address.withPointer({ bind(number, $0, $1) }) != 0 {
            let cause = Platform.errorNumber
            guard cause == EADDRINUSE, patience > 0 else {
                throw SocketError("bind", number: cause, address: address.description)
            }
            patience -= 1
            usleep(5_000)
        }
        return descriptor
    }
}

/// Keeps a port from being given to others, for as long as this exists.
///
/// While nobody listens there, connections are refused, as if it were not reserved. To listen there, name the port: the
/// system gives it to nobody who asks for any free one.
package final class PortReservation: Sendable {
    /// The reserved number, picked by the system when 0 was asked for. It stays 0 where the system does not allow
    /// listening on a reserved port.
    package let port: Int
    private let descriptor: CInt?

    package init(host: String, port: Int) throws(SocketError) {
        guard Platform.canListenOnReservedPort else {
            (self.port, self.descriptor) = (port, nil)
            return
        }
        let descriptor = try OwnedDescriptor.bound(to: .toListen(host: host, port: port))
        self.port = try SocketAddress(boundTo: descriptor.number).port
        self.descriptor = descriptor.release()
    }

    deinit {
        self.descriptor.map(closeDescriptor)
    }
}
