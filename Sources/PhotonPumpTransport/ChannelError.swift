package import PhotonPumpWire

/// Why a connection ended, other than by our own wish.
package enum ChannelError: Error, Hashable, Sendable {
    case transport(TransportError)
    /// The peer sent something that is no frame.
    case frame(FrameError)
    /// The peer closed the connection; `unfinished` bytes of a frame had arrived.
    case endOfStream(unfinished: Int)
}

extension ChannelError {
    /// Whether connecting again with the same settings must fail the same way.
    package var isPermanent: Bool {
        if case .transport(let error) = self { error.isPermanent } else { false }
    }
}

extension ChannelError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .transport(let error): error.description
        case .frame(let error): "the peer sent \(error)"
        case .endOfStream(unfinished: 0): "the peer closed the connection"
        case .endOfStream(let unfinished):
            "the peer closed the connection within a frame (\(unfinished) bytes of it came)"
        }
    }
}
