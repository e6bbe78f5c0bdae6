/// The keys of log metadata.
enum LogKey {
    static let endpoint = "endpoint"
    static let host = "host"
    static let command = "command"
    static let error = "error"
    static let stream = "stream"
    static let group = "group"
    static let event = "event"
    static let attempt = "attempt"
    static let pause = "pause"
    static let timeout = "timeout"
    static let found = "found"
    static let made = "made"
    static let doubtful = "doubtful"
    static let place = "place"
    static let end = "end"
    static let size = "size"
}
