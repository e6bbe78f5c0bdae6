internal import PhotonPumpWire

/// What a client has said about itself on its connection.
struct Session {
    /// Where the connection comes from.
    var address = ""
    /// Which schema the client speaks.
    enum Schema: Hashable {
        /// 32-bit event numbers; the default for clients that do not say.
        case narrow
        case wide
        /// A version that does not exist. Servers accept it, and then do not understand anything the client sends.
        case unknown

        init(version: Int32) {
            switch version {
            case 0: self = .narrow
            case 1: self = .wide
            default: self = .unknown
            }
        }
    }

    var schema = Schema.narrow
    /// Who names a client needs no more characters for it.
    static let longestName = 1000

    /// The client's name, for the logs.
    var connectionName: String?
    /// The user of requests that carry no credentials.
    var identity = Identity.anonymous
    /// A login that was not accepted, or not yet. Until the next one it is checked again for each of these requests.
    var pendingLogin: Login?

    /// A last event number as the client understands it.
    func downgraded(_ number: Int64) -> Int64 {
        guard self.schema == .narrow else { return number }
        return number == StreamHistory.deletedNumber ? Int64(Int32.max) : Int64(Int32(truncatingIfNeeded: number))
    }
}
