internal import PhotonPumpTransport

extension Subscription {
    /// Handles each event with `handler`, and saves how far it has come.
    ///
    /// ```swift
    /// let subscription = try await client.subscribe(
    ///     to: "ponies", from: store.load() ?? .start)
    /// try await subscription.process(savingTo: store) { event in
    ///     try await herd.record(event.decode(PonyJumped.self))
    /// }
    /// ```
    ///
    /// A checkpoint never moves past an event whose handler is unfinished, so each event is handled at least once. When
    /// the process dies, the events since the last checkpoint come again; after a clean stop none is repeated.
    ///
    /// This returns after ``stop()`` or ``Client/close(drainingFor:)``, and when the service group of its task shuts
    /// down. It throws when its task is cancelled, when a handler or the store throws, or when the subscription fails.
    /// In each case it first waits for the handlers that are running (which see the cancellation, if there is one) and
    /// saves a last checkpoint, unless it was the store that failed. It starts no further handlers, with one exception:
    /// events received before the subscription failed are still handled. An event whose handler throws because it was
    /// cancelled counts as unfinished.
    ///
    /// With a filter, checkpoints move past events that do not match, too.
    ///
    /// - Parameters:
    ///   - store: where checkpoints are saved, one after another. The first is saved as soon as there is one.
    ///   - count: the number of events after which a checkpoint is saved, 1 or more. 1,000 by default.
    ///   - time: the longest time before progress is saved. Five seconds by default.
    ///   - maxConcurrent: the number of handlers that may run at once. One by default.
    ///   - key: events with the same key are handled one after another, in order. By default, events need not wait for
    ///     each other.
    ///   - handler: handles an event.
    /// - Throws: the first error of `store`, or of `handler` as a ``HandlerError`` with its event; the error that ends
    ///   ``events``, `CancellationError`, or ``PhotonPumpError/Code/invalidArgument`` if the events have been iterated
    ///   already or an argument is invalid.
    public func process(
        savingTo store: some CheckpointStore<Place>,
        every count: Int = 1_000,
        orAfter time: Duration = .seconds(5),
        maxConcurrent: Int = 1,
        partitionedBy key: (@Sendable (ResolvedEvent) -> any Hashable)? = nil,
        handler: @escaping @Sendable (ResolvedEvent) async throws -> Void
    ) async throws {
        for (name, number) in [("every", count), ("maxConcurrent", maxConcurrent)] where number < 1 {
            throw PhotonPumpError(.invalidArgument, "\(name) \(number) is below 1")
        }
        guard time > .zero else { throw PhotonPumpError(.invalidArgument, "orAfter \(time.words) is not above zero") }
        guard self.catchUp.beginConsuming() else {
            throw PhotonPumpError(.invalidArgument, "the events of a subscription can be iterated only once")
        }
        // So many may wait that a key with many events does not hold up the others.
        let (lookahead, isTooMany) = maxConcurrent.multipliedReportingOverflow(by: 16)
        let keyOfNumbered = key.map { key in { @Sendable (event: NumberedEvent) in key(event.event) } }
        let processing = Processing(
            policy: Checkpointing(self, store, every: count, orAfter: time), maxConcurrent: maxConcurrent,
            lookahead: isTooMany ? .max : lookahead, key: keyOfNumbered, handler: { try await handler($0.event) })
        try await processing.run()
    }
}
