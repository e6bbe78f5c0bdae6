import Logging
import Testing

/// Prints nothing, and fails the test if a line has a password in it that tests use.
struct DiscreetLogHandler: LogHandler {
    private static let passwords = ["changeit", "hunter2", "not-the-password"]

    // Frames are many, and tests of their own look at them.
    var logLevel = Logger.Level.debug
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = "\(event.message) \(self.metadata) \(event.metadata ?? [:])"
        for password in Self.passwords where line.contains(password) { Issue.record("a password is logged: \(line)") }
    }
}
