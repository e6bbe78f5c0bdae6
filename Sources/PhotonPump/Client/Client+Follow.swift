extension Client {
    /// Follows a stream from the checkpoint in `store`, handles each event with `handler`, and saves how far it has
    /// come.
    ///
    /// ```swift
    /// let store = FileCheckpointStore<Int64>(path: "ponies.checkpoint")
    /// try await client.follow("ponies", checkpoint: store) { event in
    ///     try await herd.record(event.decode(PonyJumped.self))
    /// }
    /// ```
    /// It runs until its service group shuts down, its task is cancelled, or the client is closed with
    /// ``close(drainingFor:)``. Then it waits for the handlers that are running and saves a last checkpoint. For details,
    /// and for a subscription that you can stop yourself, see
    /// ``Subscription/process(savingTo:every:orAfter:maxConcurrent:partitionedBy:handler:)``;
    /// ``follower(of:from:checkpoint:every:orAfter:maxConcurrent:partitionedBy:options:handler:)`` is the same as a
    /// service.
    ///
    /// - Parameters:
    ///   - stream: the stream to follow; it need not exist yet.
    ///   - start: where to begin while the store is empty; at the first event by default.
    ///   - store: where the checkpoint is kept.
    ///   - count: the number of events after which a checkpoint is saved, 1 or more. 1,000 by default.
    ///   - time: the longest time before progress is saved. Five seconds by default.
    ///   - maxConcurrent: the number of handlers that may run at once. One by default.
    ///   - key: events with the same key are handled one after another, in order. By default, events need not wait for
    ///     each other.
    ///   - options: link resolution, limits, and the options of requests.
    ///   - handler: handles an event.
    /// - Throws: any error of `store`, or of `handler` as a ``HandlerError`` with its event; as
    ///   ``subscribe(to:from:options:)`` and ``Subscription/events`` do; and `CancellationError` when the task is
    ///   cancelled.
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

    /// Follows all streams, or the events that match a filter, from the checkpoint in `store`, as
    /// ``follow(_:from:checkpoint:every:orAfter:maxConcurrent:partitionedBy:options:handler:)`` does for one stream.
    ///
    /// - Parameters:
    ///   - start: where to begin while the store is empty; at the first event by default.
    ///   - filter: the events to handle; nil for all of them, system events included. Checkpoints move past events that
    ///     do not match, too.
    ///   - store: where the checkpoint is kept. If that is a stream, the filter should exclude it.
    ///   - count: the number of events after which a checkpoint is saved, 1 or more. 1,000 by default.
    ///   - time: the longest time before progress is saved. Five seconds by default.
    ///   - maxConcurrent: the number of handlers that may run at once. One by default.
    ///   - key: events with the same key are handled one after another, in order. By default, events need not wait for
    ///     each other.
    ///   - options: link resolution, limits, and the options of requests.
    ///   - handler: handles an event.
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
