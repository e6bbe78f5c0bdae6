import Logging
import Testing

/// Records what clients log.
struct LogBook: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: [String: String]
    }

    let lines = Observed<[Line]>([])
    var level = Logger.Level.trace

    var logger: Logger {
        Logger(label: "tests") { [lines, level] _ in Handler(lines: lines, logLevel: level) }
    }

    /// The lines of this level, or above it.
    func lines(from level: Logger.Level) -> [Line] { self.lines.value.filter { $0.level >= level } }

    /// How often something was said, with this level.
    func count(_ message: String, _ level: Logger.Level) -> Int {
        self.lines.value.count { $0.message == message && $0.level == level }
    }

    /// Returns when something is said. One task may wait at a time.
    @discardableResult
    func next(_ message: String) async throws -> Line {
        try await self.lines.wait { lines in lines.contains { $0.message == message } }
        return try #require(self.lines.value.last { $0.message == message })
    }

    private struct Handler: LogHandler {
        let lines: Observed<[Line]>
        var logLevel: Logger.Level
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = self.metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
            let line = Line(level: event.level, message: "\(event.message)", metadata: metadata)
            self.lines.update { $0.append(line) }
        }
    }
}
