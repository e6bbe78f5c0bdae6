extension Subscription {
    /// Has each event dealt with by `handler`, and saves how far that has come.
    ///
    /// ```swift
    /// let subscription = try await client.subscribe(to: "ponies", from: store.load() ?? .start)
    /// try await subscription.process(savingTo: store) { event in
    ///     try await herd.record(event.decode(PonyJumped.self))
    /// }
    /// ```
    ///
    /// A checkpoint never lies behind an event whose handler has not returned. So each event is dealt with at least once:
    /// when the process dies, those since the last checkpoint come again. After an end in order none does.
    ///
    /// It returns after ``stop()``, and throws when its task is cancelled, a handler or the store has thrown, or the
    /// subscription cannot go on. In each case no further handler is started, those that are running are awaited (if the
    /// task is cancelled, they see it), and what is finished is saved, unless it was the store that failed. An event whose
    /// handler throws because it was cancelled is not finished. What had come before the subscription failed is dealt with
    /// yet.
    ///
    /// With a filter, what does not fit is passed over in checkpoints, too.
    ///
    /// - Parameters:
    ///   - store: gets the checkpoints, one after the other; the first as soon as there is one.
    ///   - count: after how many events a checkpoint is saved, 1 or more. 1,000.
    ///   - time: how long what is finished waits at most to be saved. Five seconds.
    ///   - maxConcurrent: how many handlers may run at once. One.
    ///   - key: what events have in common that must be dealt with one after the other, in order. By default events need
    ///     not wait for each other.
    ///   - handler: deals with an event.
    /// - Throws: the first of what `handler` and `store` throw, what ends ``events``, `CancellationError`, or
    ///   ``PhotonPumpError/Code/invalidArgument`` when the events are gone through already or an argument can never work.
    public func process(
        savingTo store: some CheckpointStore<Place>,
        every count: Int = 1_000,
        orAfter time: Duration = .seconds(5),
        maxConcurrent: Int = 1,
        partitionedBy key: (@Sendable (ResolvedEvent) -> any Hashable)? = nil,
        handler: @escaping @Sendable (ResolvedEvent) async throws -> Void
    ) async throws {
        let plan = ProcessingPlan(count: count, time: time, maxConcurrent: maxConcurrent, key: key, handler: handler)
        try plan.check()
        guard self.follower.beginConsuming() else {
            throw PhotonPumpError(.invalidArgument, "a subscription can be gone through only once")
        }
        let follower = self.follower
        let processing = SubscriptionProcessing(follower, self.place, store, plan)
        let failure = await follower.client.work({ await processing.run() }, stop: { follower.stop() })
        if let failure { throw failure }
        try Task.checkCancellation()
    }
}
