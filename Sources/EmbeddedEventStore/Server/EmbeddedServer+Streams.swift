internal import Foundation

extension EmbeddedServer {
    /// Deletes a stream, as a client with every right would; the server need not run.
    ///
    /// A softly deleted stream reads as missing until somebody writes to it, and its numbering goes on then. With
    /// `hard` a tombstone takes the stream's place for good. The stream need not exist.
    ///
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/streamDeleted`` when it has a tombstone
    ///   already, and with ``EmbeddedServerError/Code/notDeletable`` for the empty name, `$all` and metastreams.
    public func deleteStream(_ name: String, hard: Bool = false) throws(EmbeddedServerError) {
        let stream = StreamName(name)
        guard !stream.isEmpty, stream != .all, !stream.isMetastream else {
            throw EmbeddedServerError(.notDeletable, "delete '\(name)': nobody can delete that")
        }
        let outcome = self.commons.assumeIsolated { $0.delete(stream, hard: hard) }
        switch outcome {
        case .deleted: break
        case .streamDeleted, .wrongExpectedVersion:
            throw EmbeddedServerError(.streamDeleted, "delete '\(name)': it has a tombstone already")
        }
    }

    /// The time, for new events.
    static var milliseconds: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
