/// Why a transport cannot go on.
package enum TransportError: Error, Hashable, Sendable {
    case socket(SocketError)
    case tls(TLSError)

    /// Whether connecting again with the same settings must fail the same way.
    package var isPermanent: Bool {
        switch self {
        case .socket: false
        case .tls(let error): error.isPermanent
        }
    }
}

extension TransportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .socket(let error): error.description
        case .tls(let error): error.description
        }
    }
}
