/// The keys of log metadata.
enum LogKey {
    static let endpoint = "endpoint"
    static let command = "command"
    static let error = "error"
}
