extension Client {
    /// Writes the events of a sequence in order, in batches of bounded size, one write at a time.
    ///
    /// While one batch is being written, the next one collects. A slow sequence is therefore written event by event as
    /// they come; a fast one in full batches, no faster than the server accepts them. Each batch is written atomically,
    /// the sequence as a whole is not.
    ///
    /// ```swift
    /// let summary = try await client.publish(ticker, to: "ticks")
    /// ```
    ///
    /// - Parameters:
    ///   - events: the events to write. If the sequence throws, the events before that are written, and then the error
    ///     is thrown.
    ///   - stream: the stream to write to.
    ///   - expected: what must be true of the stream before the first write. Unless it is `.any`, each further write
    ///     expects the version that the previous one produced.
    ///   - batchSize: the most events in one write, 1 or more. A batch is at most 4 MiB, unless a single event is
    ///     larger.
    ///   - options: the timeout, credentials and node of each single write.
    /// - Returns: how much was written, and where.
    /// - Throws: the sequence's error; `CancellationError`; or ``PhotonPumpError`` as
    ///   ``publish(_:to:expecting:options:)``, where ``PhotonPumpError/publishedBefore`` is the number of events
    ///   written before the write that failed.
    @discardableResult
    public nonisolated func publish<Events: AsyncSequence & Sendable>(
        _ events: Events,
        to stream: String,
        expecting expected: ExpectedVersion = .any,
        batchSize: Int = 500,
        options: CallOptions = CallOptions()
    ) async throws -> PublishSummary where Events.Element == NewEvent {
        guard batchSize > 0 else {
            throw PhotonPumpError(.invalidArgument, "batchSize \(batchSize) is below 1", stream: stream)
        }
        let limits = WriteLimits(maximumFrameSize: self.configuration.maximumFrameSize)
        let buffer = BatchBuffer(maximumCount: batchSize, maximumBytes: limits.preferredBatchSize)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    for try await event in events {
                        try await buffer.append(event, size: limits.size(of: event))
                    }
                    buffer.end()
                } catch {
                    buffer.end(error)
                }
            }
            defer { group.cancelAll() }
            return try await self.write(batchesFrom: buffer, to: stream, expecting: expected, options)
        }
    }

    private nonisolated func write(
        batchesFrom buffer: BatchBuffer,
        to stream: String,
        expecting expected: ExpectedVersion,
        _ options: CallOptions
    ) async throws -> PublishSummary {
        var summary = PublishSummary(stream: stream)
        var expected = expected
        while let batch = try await buffer.next() {
            do {
                let write = try await self.publish(batch, to: stream, expecting: expected, options: options)
                summary.add(write, events: batch.count)
                if expected != .any { expected = write.nextExpectedVersion }
            } catch var error as PhotonPumpError {
                error.publishedBefore = summary.eventCount
                throw error
            }
        }
        return summary
    }
}
