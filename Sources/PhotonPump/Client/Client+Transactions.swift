internal import PhotonPumpTransport

extension Client {
    /// Begins a transaction.
    ///
    /// - Parameters:
    ///   - stream: the stream it will write to.
    ///   - expected: what must be true of the stream when the transaction is committed; `.streamExists` is not possible
    ///     here.
    ///   - options: the timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/accessDenied``.
    public nonisolated func startTransaction(
        on stream: String,
        expecting expected: ExpectedVersion = .any,
        options: CallOptions = CallOptions()
    ) async throws -> Transaction {
        let start = try StartTransaction(
            stream, expecting: expected, requireMaster: self.completed(options).requireMaster ?? true)
        let id = try await self.perform(start, options)
        return Transaction(
            id: id, stream: stream, expected: expected, client: self,
            writes: TransactionWrites(isNew: true, began: self.environment.now))
    }

    /// A transaction that was begun earlier, here or elsewhere. Nothing is sent.
    ///
    /// - Parameters:
    ///   - id: its ``Transaction/id``.
    ///   - stream: the stream it writes to; used in results and errors.
    public nonisolated func transaction(_ id: Int64, on stream: String) -> Transaction {
        Transaction(
            id: id, stream: stream, expected: nil, client: self,
            writes: TransactionWrites(isNew: false, began: self.environment.now))
    }

    /// Begins a transaction, lets `body` write to it, and commits it. If `body` throws, the transaction is rolled
    /// back.
    ///
    /// ```swift
    /// let result = try await client.withTransaction(
    ///     on: "ponies"
    /// ) { transaction in
    ///     try await transaction.write(firstHalf)
    ///     try await transaction.write(secondHalf)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - stream: the stream to write to.
    ///   - expected: what must be true of the stream when the transaction is committed; `.streamExists` is not possible
    ///     here.
    ///   - options: the timeout, credentials and node of the calls that begin and commit it.
    ///   - body: writes to the transaction, but does not commit it.
    /// - Returns: the numbers of the events.
    /// - Throws: any error of `body`, or as ``Transaction/commit(options:)``.
    @discardableResult
    public nonisolated func withTransaction(
        on stream: String,
        expecting expected: ExpectedVersion = .any,
        options: CallOptions = CallOptions(),
        _ body: (Transaction) async throws -> Void
    ) async throws -> WriteResult {
        try await self.asOneCall {
            let transaction = try await self.startTransaction(on: stream, expecting: expected, options: options)
            do {
                try await body(transaction)
            } catch {
                // Not if it has been committed.
                try? transaction.rollback()
                throw error
            }
            return try await transaction.commit(options: options)
        }
    }
}
