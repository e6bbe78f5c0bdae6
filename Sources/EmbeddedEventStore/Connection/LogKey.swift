/// The keys of log metadata.
enum LogKey {
    static let client = "client"
    static let connection = "connection"
    static let command = "command"
    static let reason = "reason"
    static let address = "address"
    static let node = "node"
}
