extension EmbeddedServer {
    /// Delivers the parked events of a persistent subscription again, as an administrator would; they are no longer
    /// parked.
    ///
    /// - Parameters:
    ///   - group: the name of the persistent subscription.
    ///   - stream: the stream that it reads.
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/noSuchGroup`` if there is none with that name,
    ///   or if this server is not running as the master.
    public func replayParkedEvents(of group: String, on stream: String) throws(EmbeddedServerError) {
        let id = PersistentGroup.id(stream, group)
        guard self.role == .master, self.core.assumeIsolated({ $0.replayParked(id) }) else {
            throw EmbeddedServerError(.noSuchGroup, "replay '\(group)' on '\(stream)': no such persistent subscription")
        }
    }
}
