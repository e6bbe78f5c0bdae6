/// Several writes to one stream that become visible together, or not at all.
///
/// The server keeps the writes until ``commit(options:)``; a transaction that is never committed has no effect. It
/// survives lost connections, and can be continued elsewhere with its id, see ``Client/transaction(_:on:)``.
/// ``rollback()`` makes sure that it is not committed by accident. If all events fit into one write, use that: it is
/// simpler and just as atomic.
public struct Transaction: Sendable {
    /// The transaction's id: a position in the server's log.
    public let id: Int64
    /// The stream to write to.
    public let stream: String
    /// What must be true of the stream when the transaction is committed; nil if it was begun elsewhere.
    public let expected: ExpectedVersion?

    let client: Client
    /// What was written by means of this value and its copies.
    let writes: TransactionWrites

    /// Gives the transaction up: this value and its copies write nothing more to it and do not commit it.
    ///
    /// The protocol has no request for this, and needs none, because a transaction that is never committed has no effect.
    /// So nothing is sent, and whoever else knows the ``id`` can still commit it. Doing it again changes nothing.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` if ``commit(options:)`` was called: it may have been committed.
    public func rollback() throws {
        try self.writes.rollBack(self.stream, self.id)
    }

    /// Adds events after those written before.
    ///
    /// The server does not check them: only when the transaction is committed does it turn out whether the stream is at
    /// the expected version, and whether the transaction exists at all. If this fails without an answer, do not repeat
    /// it, because the events might then be added twice. Begin a new transaction instead.
    ///
    /// - Parameters:
    ///   - events: the events to write, in order.
    ///   - options: the timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``; before anything is sent, ``PhotonPumpError/Code/tooLarge``, or
    ///   ``PhotonPumpError/Code/invalidArgument`` after ``rollback()``.
    public func write(_ events: [NewEvent], options: CallOptions = CallOptions()) async throws {
        try self.writes.checkOpen(self.stream, self.id)
        let write = try WriteToTransaction(
            events,
            to: self.id,
            on: self.stream,
            requireMaster: self.client.completed(options).requireMaster ?? true,
            limits: WriteLimits(maximumFrameSize: self.client.configuration.maximumFrameSize)
        )
        do {
            try await self.client.perform(write, options)
            self.writes.wrote(events)
        } catch {
            self.writes.failed()
            throw error
        }
    }

    /// Writes the events to the stream, all of them or none.
    ///
    /// If the answer is lost, the events are looked for in the stream, and the transaction is committed again if they
    /// are not there. That needs to know all events, hence works only if all of them were written by means of this value;
    /// if the transaction was begun with a version or ``ExpectedVersion/noStream``, the server recognises the repetition
    /// in any case.
    ///
    /// - Parameter options: the timeout, credentials and node of this call.
    /// - Returns: the numbers of the events.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/wrongExpectedVersion``,
    ///   ``PhotonPumpError/Code/streamDeleted``, or ``PhotonPumpError/Code/accessDenied``, which servers also answer
    ///   for an unknown id; before anything is sent, ``PhotonPumpError/Code/invalidArgument`` after ``rollback()``.
    @discardableResult
    public func commit(options: CallOptions = CallOptions()) async throws -> WriteResult {
        let commit = CommitTransaction(
            self.id,
            on: self.stream,
            expecting: self.expected,
            requireMaster: self.client.completed(options).requireMaster ?? true
        )
        let terms = try self.client.terms(options)
        try self.writes.beginCommit(self.stream, self.id)
        return try await self.client.asOneCall(terms) { terms in
            try await self.client.perform(commit, terms) {
                if self.writes.isEmpty { return .again(commit) }
                guard let writes = self.writes.all else { return .unknown(.unknownEvents) }
                let found = try await self.client.find(
                    from: writes.first, to: writes.last, writes.count, in: self.stream, since: writes.began, terms)
                switch found {
                case .run(let first):
                    let result = WriteResult(
                        stream: self.stream, firstEventNumber: first,
                        lastEventNumber: first + Int64(writes.count) - 1, position: nil)
                    return .done(result)
                case .none: return .again(commit)
                case .unknown(let doubt): return .unknown(doubt)
                }
            }
        }
    }
}
