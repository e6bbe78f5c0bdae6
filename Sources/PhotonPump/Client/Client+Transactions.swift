extension Client {
    /// Begins a transaction.
    ///
    /// - Parameters:
    ///   - stream: where it will write to.
    ///   - expected: what must be true of the stream when it is committed.
    ///   - options: timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, among others ``PhotonPumpError/Code/accessDenied``.
    public nonisolated func startTransaction(
        on stream: String,
        expecting expected: ExpectedVersion = .any,
        options: CallOptions = CallOptions()
    ) async throws -> Transaction {
        let start = try StartTransaction(
            stream, expecting: expected, requireMaster: self.completed(options).requireMaster ?? true)
        let id = try await self.perform(start, options)
        return Transaction(id: id, stream: stream, expected: expected, client: self)
    }

    /// A transaction that was begun before, here or elsewhere. Nothing is sent.
    ///
    /// - Parameters:
    ///   - id: the ``Transaction/id`` it was given.
    ///   - stream: the stream it writes to; for results and errors.
    public nonisolated func transaction(_ id: Int64, on stream: String) -> Transaction {
        Transaction(id: id, stream: stream, expected: nil, client: self)
    }

    /// Begins a transaction, lets `body` write to it and commits it; when `body` throws, it is abandoned.
    ///
    /// ```swift
    /// let result = try await client.withTransaction(on: "ponies") { transaction in
    ///     try await transaction.write(firstHalf)
    ///     try await transaction.write(secondHalf)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - stream: where it writes to.
    ///   - expected: what must be true of the stream when it is committed.
    ///   - options: timeout, credentials and node of beginning and committing it.
    ///   - body: writes to it, but does not commit.
    /// - Returns: the numbers the events got.
    /// - Throws: what `body` throws, or as ``Transaction/commit(options:)``.
    @discardableResult
    public nonisolated func withTransaction(
        on stream: String,
        expecting expected: ExpectedVersion = .any,
        options: CallOptions = CallOptions(),
        _ body: (Transaction) async throws -> Void
    ) async throws -> WriteResult {
        let transaction = try await self.startTransaction(on: stream, expecting: expected, options: options)
        try await body(transaction)
        return try await transaction.commit(options: options)
    }
}
