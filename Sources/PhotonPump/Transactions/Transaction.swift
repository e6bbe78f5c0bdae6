/// Several writes to one stream that become visible together, or not at all.
///
/// Writes are kept by the server until ``commit(options:)``; a transaction that nobody commits is as if it had never
/// been. It survives lost connections and may be continued from elsewhere by its id, see
/// ``Client/transaction(_:on:)``. For events that fit into one write, that is simpler and as atomic.
public struct Transaction: Sendable {
    /// The server's name for it: a place in its log.
    public let id: Int64
    /// The stream that is written to.
    public let stream: String
    /// What must be true of the stream when it is committed; nil for one that was begun elsewhere.
    public let expected: ExpectedVersion?

    let client: Client

    /// Adds events behind those written before.
    ///
    /// The server does not look at them: whether the stream is at the expected version, and whether the transaction
    /// exists at all, shows when it is committed. When this fails without an answer, do not repeat it (the events might
    /// be there twice); begin another transaction.
    ///
    /// - Parameters:
    ///   - events: what to write; their order is kept.
    ///   - options: timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, before anything is sent ``PhotonPumpError/Code/tooLarge``.
    public func write(_ events: [NewEvent], options: CallOptions = CallOptions()) async throws {
        let write = try WriteToTransaction(
            events,
            to: self.id,
            on: self.stream,
            requireMaster: self.client.completed(options).requireMaster ?? true,
            limits: WriteLimits(maximumFrameSize: self.client.configuration.maximumFrameSize)
        )
        try await self.client.perform(write, options)
    }

    /// Writes the events to the stream, all of them or none. Repeating it is safe.
    ///
    /// - Parameter options: timeout, credentials and node of this call.
    /// - Returns: the numbers the events got.
    /// - Throws: ``PhotonPumpError``, among others ``PhotonPumpError/Code/wrongExpectedVersion``,
    ///   ``PhotonPumpError/Code/streamDeleted``, and ``PhotonPumpError/Code/accessDenied``, which is also what servers
    ///   answer for an id they do not know.
    @discardableResult
    public func commit(options: CallOptions = CallOptions()) async throws -> WriteResult {
        let commit = CommitTransaction(
            self.id,
            on: self.stream,
            expecting: self.expected,
            requireMaster: self.client.completed(options).requireMaster ?? true
        )
        return try await self.client.perform(commit, options)
    }
}
