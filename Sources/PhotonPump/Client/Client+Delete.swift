extension Client {
    /// Deletes a stream in such a way that it can be written to again. Its events can no longer be read, and the
    /// numbers of later events continue after theirs.
    ///
    /// The stream's metadata (limits, permissions) is lost. The events stay in the log until the server is scavenged.
    /// Deleting a stream that does not exist, or is deleted already, succeeds unless `expected` says otherwise.
    ///
    /// - Parameters:
    ///   - stream: the stream to delete.
    ///   - expected: what must be true of the stream; `.streamExists` is not possible here.
    ///   - options: the timeout, credentials and node of this call.
    /// - Returns: the position of the deletion in the log, if the server reports it.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/wrongExpectedVersion``,
    ///   ``PhotonPumpError/Code/streamDeleted`` if it was deleted permanently, or
    ///   ``PhotonPumpError/Code/accessDenied``.
    @discardableResult
    public nonisolated func deleteStream(
        _ stream: String,
        expecting expected: ExpectedVersion = .any,
        options: CallOptions = CallOptions()
    ) async throws -> Position? {
        try await self.delete(stream, expected, isHard: false, options)
    }

    /// Deletes a stream permanently: it can never be read or written to again.
    ///
    /// - Parameters:
    ///   - stream: the stream to delete.
    ///   - expected: what must be true of the stream; `.streamExists` is not possible here.
    ///   - options: the timeout, credentials and node of this call.
    /// - Returns: the position of the tombstone in the log, if the server reports it.
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
