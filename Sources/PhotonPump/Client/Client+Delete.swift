extension Client {
    /// Deletes a stream in such a way that it can be written to again. Its events can no longer be read, and the
    /// numbers of later events continue after theirs.
    ///
    /// The stream's metadata (limits, permissions) is lost. The events stay in the log until the server is scavenged.
    /// Deleting a stream that does not exist, or is deleted already, succeeds unless `expected` says otherwise.
    ///
    /// If the answer is lost, the stream is deleted again only if it still has the events it had, and then expecting its
    /// last one, so that nothing that is written later is deleted. To tell, its last event number is read before, unless
    /// `expected` has it.
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
        let terms = try self.terms(options)
        let delete = { (expected: ExpectedVersion) throws(PhotonPumpError) in
            try Delete(stream, expecting: expected, isHard: isHard, requireMaster: requireMaster)
        }
        return try await self.asOneCall(terms) { terms in
            let first = try delete(expected)
            let end = try await self.end(of: stream, expecting: expected, terms)
            return try await self.perform(first, terms) {
                let page: SearchedPage
                do {
                    page = try await self.perform(SearchStream(stream, from: ReadOneEvent.last, atMost: 1), terms)
                } catch let error as PhotonPumpError where error.code == .streamDeleted {
                    return .done(nil)
                }
                if !isHard, page.isAbsent { return .done(nil) }
                if !isHard, expected != .noStream {
                    guard let end else { return .unknown(.unknownEnd) }
                    if try await self.firstNumber(of: stream, terms) > end { return .done(nil) }
                }
                // What was written since then is not deleted.
                let isNew = page.lastNumber < 0 || (page.isAbsent && expected == .noStream)
                let now = isNew ? ExpectedVersion.noStream : .version(page.lastNumber)
                guard expected == .any || now == expected else { throw first.conflict(actual: page.lastNumber) }
                return .again(try delete(now))
            }
        }
    }

    /// The number of a stream's last event before it is deleted: if that event is gone later, it was deleted. nil if it
    /// cannot be read.
    private nonisolated func end(
        of stream: String, expecting expected: ExpectedVersion, _ terms: CallTerms
    ) async throws -> Int64? {
        if case .version(let number) = expected { return number }
        guard expected == .any, self.configuration.retries.afterNoAnswer else { return nil }
        do {
            return try await self.perform(SearchStream(stream, from: ReadOneEvent.last, atMost: 1), terms).lastNumber
        } catch let error as PhotonPumpError where [.accessDenied, .streamDeleted, .serverError].contains(error.code) {
            return nil
        }
    }
}
