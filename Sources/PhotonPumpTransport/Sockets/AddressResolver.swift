package import Dispatch
internal import PhotonPumpSystem

/// Turns host names into addresses, on threads of its own, because the system's resolver blocks.
package enum AddressResolver {
    /// All addresses of `host`, in the order the system prefers. The lookup itself cannot be interrupted.
    ///
    /// - Parameter completion: runs on `queue`.
    package static func resolve(
        host: String,
        port: Int,
        on queue: DispatchQueue,
        completion: @escaping @Sendable (Result<[SocketAddress], SocketError>) -> Void
    ) {
        // A serial queue gets a thread of its own; those of concurrent ones are few, and all tasks run on them.
        DispatchQueue(label: "photonpump.resolver").async {
            let result = Result { () throws(SocketError) in try self.resolve(host: host, port: port, passive: false) }
            queue.async { completion(result) }
        }
    }

    static func resolve(host: String, port: Int, passive: Bool) throws(SocketError) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Platform.streamSocket
        hints.ai_protocol = Platform.tcp
        hints.ai_flags = passive ? AI_PASSIVE | AI_NUMERICSERV : AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, String(port), &hints, &list)
        guard result == 0 else {
            throw SocketError("resolve", reason: Platform.describe(resolverError: result), address: host)
        }
        defer { freeaddrinfo(list) }
        return sequence(first: list) { $0?.pointee.ai_next }.prefix { $0 != nil }.compactMap { entry in
            entry.flatMap { entry in
                entry.pointee.ai_addr.map { SocketAddress($0, length: entry.pointee.ai_addrlen) }
            }
        }
    }
}

extension SocketAddress {
    /// The address to listen on; `host` is a name or an address of this machine.
    static func toListen(host: String, port: Int) throws(SocketError) -> SocketAddress {
        guard let address = try AddressResolver.resolve(host: host, port: port, passive: true).first else {
            throw SocketError("listen", reason: "no address", address: host)
        }
        return address
    }
}
