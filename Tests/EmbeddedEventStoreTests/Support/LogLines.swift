import Logging
import Synchronization

/// What is logged.
final class LogLines: Sendable {
    private let lines = Mutex<[Line]>([])

    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    var all: [Line] { self.lines.withLock { $0 } }

    var warnings: [String] { self.lines.withLock { $0.filter { $0.level == .warning }.map(\.text) } }

    struct Line: Sendable {
        let level: Logger.Level
        let text: String
        let metadata: Logger.Metadata
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = self.metadata.merging(event.metadata ?? [:]) { $1 }
            self.lines.lines.withLock {
                $0.append(Line(level: event.level, text: "\(event.message)", metadata: metadata))
            }
        }
    }
}
