extension PersistentSubscription {
    /// Handles each event with `handler`, and acknowledges it when the handler returns, or refuses it when the handler
    /// throws.
    ///
    /// ```swift
    /// try await herd.process(
    ///     maxConcurrent: 8, partitionedBy: \.stream
    /// ) { event in
    ///     try await store.record(event.decode(PonyJumped.self))
    /// }
    /// ```
    ///
    /// This returns after ``stop()`` or ``Client/close(drainingFor:)``, and when the service group of its task shuts
    /// down. It throws when its task is cancelled, or when the server ends the subscription for good. In each case it
    /// starts no further handlers, waits for those that are running (which see the cancellation, if there is one),
    /// sends their acknowledgements, and waits up to two seconds for the server to confirm the end. If a handler throws
    /// because it was cancelled, that is not a refusal: the server delivers the event to another consumer.
    ///
    /// Handlers should finish within the subscription's message timeout, because the server delivers the event again
    /// after that. ``Change/slow(_:messageTimeout:)`` gives a warning before.
    ///
    /// - Parameters:
    ///   - maxConcurrent: the number of handlers that may run at once. It is also limited by the number of events in
    ///     flight.
    ///   - key: events with the same key are handled one after another, in the order of delivery. By default, events
    ///     need not wait for each other.
    ///   - onError: decides what the server should do with an event whose handler has thrown; by default, deliver it
    ///     again. The description of the handler's error (`"\(error)"`) is sent to the server as the reason, and is
    ///     stored with the event if it is parked: keep secrets out of it. If `onError` itself throws, processing ends,
    ///     and the event is left to the server.
    ///   - handler: handles an event.
    /// - Throws: the error that ends the events (see ``PersistentEvents``), any error of `onError` as a
    ///   ``HandlerError`` with its event, `CancellationError`, or ``PhotonPumpError/Code/invalidArgument`` if the
    ///   events have been iterated already or `maxConcurrent` is below 1.
    public func process(
        maxConcurrent: Int = 1,
        partitionedBy key: (@Sendable (DeliveredEvent) -> any Hashable)? = nil,
        onError: @escaping @Sendable (any Error, DeliveredEvent) throws -> RefusalAction = { _, _ in .retry },
        handler: @escaping @Sendable (DeliveredEvent) async throws -> Void
    ) async throws {
        guard maxConcurrent > 0 else {
            throw PhotonPumpError(.invalidArgument, "maxConcurrent \(maxConcurrent) is below 1", stream: self.stream)
        }
        guard self.feed.claim() else { throw PhotonPumpError.alreadyIterated }
        let processing = Processing(
            policy: Acknowledging(subscription: self, onError: onError), maxConcurrent: maxConcurrent,
            lookahead: self.bufferSize, key: key, handler: handler)
        try await processing.run()
    }
}
