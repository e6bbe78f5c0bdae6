internal import PhotonPumpTransport

/// Why a connection is over.
enum ConnectionEnd: Error {
    case channel(ChannelError)
    /// The client was told why, by its last answer.
    case refused
    /// The client does not take what it has subscribed to.
    case slow
    /// The client said nothing, not even when asked.
    case silent
    case serverStopped
    /// A fault that was asked for.
    case fault
}

extension ConnectionEnd: CustomStringConvertible {
    var description: String {
        switch self {
        case .channel(let error): error.description
        case .refused: "the client sent what no server takes"
        case .slow: "the client does not take its events"
        case .silent: "the client gave no sign of life"
        case .serverStopped: "the server was stopped"
        case .fault: "a fault was asked for"
        }
    }
}
