import Logging
import PhotonPump

/// Counts what clients log from `info` on, by its words.
struct LogCounter: LogHandler {
    let counts: Observed<[String: Int]>
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    init(_ counts: Observed<[String: Int]>) {
        self.counts = counts
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let words = "\(event.message)"
        self.counts.update { $0[words, default: 0] += 1 }
    }
}
