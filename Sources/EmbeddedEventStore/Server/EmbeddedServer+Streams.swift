extension EmbeddedServer {
    /// Deletes a stream, as a client with all rights would; the server need not be running.
    ///
    /// A soft-deleted stream reads as missing until someone writes to it; its numbering then continues. With `hard`, a
    /// tombstone permanently takes the stream's place. The stream need not exist.
    ///
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/streamDeleted`` if it has a tombstone already,
    ///   and with ``EmbeddedServerError/Code/notDeletable`` for the empty name, `$all` and metastreams.
    public func deleteStream(_ name: String, hard: Bool = false) throws(EmbeddedServerError) {
        let stream = StreamName(name)
        guard !stream.isEmpty, stream != .all, !stream.isMetastream else {
            throw EmbeddedServerError(.notDeletable, "delete '\(name)': nobody can delete that")
        }
        let outcome = self.core.assumeIsolated { $0.delete(stream, hard: hard) }
        switch outcome {
        case .deleted: break
        case .streamDeleted, .wrongExpectedVersion:
            throw EmbeddedServerError(.streamDeleted, "delete '\(name)': it has a tombstone already")
        }
    }
}
