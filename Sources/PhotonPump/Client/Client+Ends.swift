extension Client {
    /// Reads the event with the given number, if it exists.
    ///
    /// - Parameters:
    ///   - number: 0 or above.
    ///   - stream: the stream to read.
    ///   - resolveLinks: whether an event that is a link is followed to the event it points to.
    ///   - options: the timeout, credentials and node of this call.
    /// - Returns: nil if the stream or the event does not exist, or no longer exists.
    /// - Throws: as ``getEvent(_:in:resolveLinks:options:)``, including ``PhotonPumpError/Code/streamDeleted``.
    public nonisolated func findEvent(
        _ number: Int64,
        in stream: String,
        resolveLinks: Bool = false,
        options: CallOptions = CallOptions()
    ) async throws -> ResolvedEvent? {
        do {
            return try await self.getEvent(number, in: stream, resolveLinks: resolveLinks, options: options)
        } catch let error as PhotonPumpError where [.eventNotFound, .streamNotFound].contains(error.code) {
            return nil
        }
    }

    /// The number of a stream's last event; nil for a stream without events.
    ///
    /// - Parameters:
    ///   - stream: the stream.
    ///   - options: the timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/streamDeleted``.
    public nonisolated func lastEventNumber(
        of stream: String,
        options: CallOptions = CallOptions()
    ) async throws -> Int64? {
        do {
            return try await self.getLastEvent(in: stream, options: options).received.number
        } catch let error as PhotonPumpError where [.eventNotFound, .streamNotFound].contains(error.code) {
            return nil
        }
    }

    /// The position of the last event in the log; nil for a server without events.
    ///
    /// - Parameter options: the timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/accessDenied``.
    public nonisolated func lastPosition(options: CallOptions = CallOptions()) async throws -> Position? {
        try await self.getAll(direction: .backward, maxCount: 1, options: options).events.first?.position
    }
}
