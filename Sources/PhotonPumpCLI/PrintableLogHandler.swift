import Logging

/// Logs to stderr, a line for each event. What servers and other users have put into it is escaped like everything that
/// `pump` prints.
struct PrintableLogHandler: LogHandler {
    private var handler: StreamLogHandler

    init(label: String) {
        self.handler = StreamLogHandler.standardError(label: label)
    }

    var logLevel: Logger.Level {
        get { self.handler.logLevel }
        set { self.handler.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { self.handler.metadata }
        set { self.handler.metadata = newValue.mapValues(Self.printable) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var event = event
        event.message = "\(Printable.line(event.message.description))"
        event.metadata = event.metadata?.mapValues(Self.printable)
        self.handler.log(event: event)
    }

    /// As the text that it is printed as.
    private static func printable(_ value: Logger.Metadata.Value) -> Logger.Metadata.Value {
        .string(Printable.line("\(value)"))
    }
}
