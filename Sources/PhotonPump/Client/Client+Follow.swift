extension Client {
    /// Follows a stream behind the checkpoint that `store` holds, has each event dealt with by `handler`, and saves how far
    /// that has come.
    ///
    /// ```swift
    /// let store = FileCheckpointStore<Int64>(path: "ponies.checkpoint")
    /// try await client.follow("ponies", checkpoint: store) { event in
    ///     try await herd.record(event.decode(PonyJumped.self))
    /// }
    /// ```
    /// It goes on until its task is cancelled; then it awaits the handlers that are running, and saves a last time.
    /// ``Subscription/process(savingTo:every:orAfter:maxConcurrent:partitionedBy:handler:)`` has the details, and can be
    /// stopped in another way.
    ///
    /// - Parameters:
    ///   - stream: what to follow; need not exist yet.
    ///   - start: where to begin as long as the store holds nothing; by default with the first event.
    ///   - store: holds the checkpoint.
    ///   - count: after how many events a checkpoint is saved, 1 or more. 1,000.
    ///   - time: how long what is finished waits at most to be saved. Five seconds.
    ///   - maxConcurrent: how many handlers may run at once. One.
    ///   - key: what events have in common that must be dealt with one after the other, in order. By default events need
    ///     not wait for each other.
    ///   - options: links, limits, and how requests are made.
    ///   - handler: deals with an event.
    /// - Throws: what `store` and `handler` throw, as ``subscribe(to:from:options:)`` and ``Subscription/events`` do, and
    ///   `CancellationError` when the task is cancelled.
    public nonisolated func follow(
        _ stream: String,
        from start: SubscriptionStart<Int64> = .start,
        checkpoint store: some CheckpointStore<Int64>,
        every count: Int = 1_000,
        orAfter time: Duration = .seconds(5),
        maxConcurrent: Int = 1,
        partitionedBy key: (@Sendable (ResolvedEvent) -> any Hashable)? = nil,
        options: SubscriptionOptions = SubscriptionOptions(),
        handler: @escaping @Sendable (ResolvedEvent) async throws -> Void
    ) async throws {
        let begin = try await store.load() ?? start
        let subscription = try await self.subscribe(to: stream, from: begin, options: options)
        try await subscription.process(
            savingTo: store, every: count, orAfter: time, maxConcurrent: maxConcurrent, partitionedBy: key,
            handler: handler)
    }

    /// Follows all streams, or the events among them that fit a filter, behind the checkpoint that `store` holds, as
    /// ``follow(_:from:checkpoint:every:orAfter:maxConcurrent:partitionedBy:options:handler:)`` does with one.
    ///
    /// - Parameters:
    ///   - start: where to begin as long as the store holds nothing; by default with the first event.
    ///   - filter: which events to give; nil for all, those of the system included. What does not fit is passed over in
    ///     checkpoints, too.
    ///   - store: holds the checkpoint. Its own stream, if it has one, should not fit the filter.
    ///   - count: after how many events a checkpoint is saved, 1 or more. 1,000.
    ///   - time: how long what is finished waits at most to be saved. Five seconds.
    ///   - maxConcurrent: how many handlers may run at once. One.
    ///   - key: what events have in common that must be dealt with one after the other, in order. By default events need
    ///     not wait for each other.
    ///   - options: links, limits, and how requests are made.
    ///   - handler: deals with an event.
    /// - Throws: as ``follow(_:from:checkpoint:every:orAfter:maxConcurrent:partitionedBy:options:handler:)``.
    public nonisolated func followAll(
        from start: SubscriptionStart<Position> = .start,
        matching filter: EventFilter? = nil,
        checkpoint store: some CheckpointStore<Position>,
        every count: Int = 1_000,
        orAfter time: Duration = .seconds(5),
        maxConcurrent: Int = 1,
        partitionedBy key: (@Sendable (ResolvedEvent) -> any Hashable)? = nil,
        options: SubscriptionOptions = SubscriptionOptions(),
        handler: @escaping @Sendable (ResolvedEvent) async throws -> Void
    ) async throws {
        let begin = try await store.load() ?? start
        let subscription = try await self.subscribeToAll(from: begin, matching: filter, options: options)
        try await subscription.process(
            savingTo: store, every: count, orAfter: time, maxConcurrent: maxConcurrent, partitionedBy: key,
            handler: handler)
    }
}
