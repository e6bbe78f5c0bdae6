internal import PhotonPumpWire

/// Whether a stream exists, and if not, why.
public enum StreamState: Sendable, Hashable {
    /// It was written to, and not deleted since. Its events may nevertheless be unreadable, because they were truncated or
    /// are too old.
    case exists
    /// It was never written to.
    case missing
    /// It was deleted in such a way that it can be written to again; the numbers of later events continue after its own.
    case deleted
    /// It was deleted permanently: it can never be written to again.
    case tombstoned
}

extension Client {
    /// Whether a stream exists or was deleted, by a single read of at most one event.
    ///
    /// - Parameters:
    ///   - stream: the stream.
    ///   - options: the timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/accessDenied``.
    public nonisolated func state(
        of stream: String, options: CallOptions = CallOptions()
    ) async throws -> StreamState {
        let pages = try StreamPages(stream, .backward, from: .end, pageSize: 1, self.options(false, for: options))
        var reading = pages.reading(at: ReadOneEvent.last, atMost: 1)
        reading.findsNothing = true
        do {
            let reply = try await self.perform(reading, options)
            if reply.result != .noStream { return .exists }
            return reply.lastEventNumber < 0 ? .missing : .deleted
        } catch let error as PhotonPumpError where error.code == .streamDeleted {
            return .tombstoned
        }
    }
}
