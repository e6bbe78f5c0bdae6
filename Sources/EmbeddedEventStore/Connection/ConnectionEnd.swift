internal import PhotonPumpTransport

/// Why a connection ended.
enum ConnectionEnd: Error {
    case channel(ChannelError)
    /// The client was told why in its last answer.
    case refused
    /// The client does not take what it has subscribed to.
    case slow
    /// The client has not logged in, and holds most of what those may hold together.
    case greedy
    /// The client was silent, even when asked.
    case silent
    case serverStopped
    /// A scripted fault.
    case fault
}

extension ConnectionEnd: CustomStringConvertible {
    var description: String {
        switch self {
        case .channel(let error): error.description
        case .refused: "the client sent what no server takes"
        case .slow: "the client does not take its events"
        case .greedy: "clients that have not logged in hold too much, and this one most"
        case .silent: "the client gave no sign of life"
        case .serverStopped: "the server was stopped"
        case .fault: "a fault was asked for"
        }
    }
}
