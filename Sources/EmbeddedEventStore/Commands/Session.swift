internal import PhotonPumpWire

/// What a client has told about itself on its connection.
struct Session {
    /// Where the connection comes from.
    var address = ""
    /// Which schema the client speaks.
    enum Schema: Hashable {
        /// Event numbers of 32 bits; a client that says nothing.
        case narrow
        case wide
        /// A version that does not exist. Servers accept it and then understand nothing the client says.
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
    /// What the client calls itself, for the logs.
    var connectionName: String?
    /// Who makes the requests that carry no credentials. A refused login stays until the next one.
    var identity = Identity.anonymous

    /// A last event number as the client understands it.
    func downgraded(_ number: Int64) -> Int64 {
        guard self.schema == .narrow else { return number }
        return number == StreamHistory.deletedNumber ? Int64(Int32.max) : Int64(Int32(truncatingIfNeeded: number))
    }
}
