extension Client {
    /// Deletes a stream so that it can be written to again: its events cannot be read any more, and the numbers of later
    /// ones go on behind them.
    ///
    /// Its metadata (limits, permissions) is lost. The events stay in the log until the server is scavenged. Deleting a
    /// stream that does not exist, or is deleted already, succeeds unless `expected` says otherwise.
    ///
    /// - Parameters:
    ///   - stream: what to delete.
    ///   - expected: what must be true of the stream; `.streamExists` cannot be asked for.
    ///   - options: timeout, credentials and node of this call.
    /// - Returns: the place of the deletion in the log, if the server tells it.
    /// - Throws: ``PhotonPumpError``, among others ``PhotonPumpError/Code/wrongExpectedVersion``,
    ///   ``PhotonPumpError/Code/streamDeleted`` when it is deleted for good, and
    ///   ``PhotonPumpError/Code/accessDenied``.
    @discardableResult
    public nonisolated func deleteStream(
        _ stream: String,
        expecting expected: ExpectedVersion = .any,
        options: CallOptions = CallOptions()
    ) async throws -> Position? {
        try await self.delete(stream, expected, isHard: false, options)
    }

    /// Deletes a stream for good: it can be neither read nor written to ever after.
    ///
    /// - Parameters:
    ///   - stream: what to delete.
    ///   - expected: what must be true of the stream; `.streamExists` cannot be asked for.
    ///   - options: timeout, credentials and node of this call.
    /// - Returns: the place of the tombstone in the log, if the server tells it.
    /// - Throws: as ``deleteStream(_:expecting:options:)``.
    @discardableResult
    public nonisolated func tombstoneStream(
        _ stream: String,
        expecting expected: ExpectedVersion = .any,
        options: CallOptions = CallOptions()
    ) async throws -> Position? {
        try await self.delete(stream, expected, isHard: true, options)
    }

    private nonisolated func delete(
        _ stream: String,
        _ expected: ExpectedVersion,
        isHard: Bool,
        _ options: CallOptions
    ) async throws -> Position? {
        let requireMaster = self.completed(options).requireMaster ?? true
        return try await self.perform(
            Delete(stream, expecting: expected, isHard: isHard, requireMaster: requireMaster), options)
    }
}
