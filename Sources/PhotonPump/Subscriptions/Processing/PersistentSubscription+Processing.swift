extension PersistentSubscription {
    /// Handles each event with `handler`, and acknowledges it when the handler returns, or refuses it when the handler
    /// throws.
    ///
    /// ```swift
    /// try await herd.process(maxConcurrent: 8, partitionedBy: \.stream) { event in
    ///     try await store.record(event.decode(PonyJumped.self))
    /// }
    /// ```
    ///
    /// This returns after ``stop()`` or ``Client/close(drainingFor:)``. It throws when its task is cancelled, or when
    /// the server ends the subscription for good. In each case it starts no further handlers, waits for those that are
    /// running (which see the cancellation, if there is one), sends their acknowledgements, and waits up to two seconds
    /// for the server to confirm the end. If a handler throws because it was cancelled, that is not a refusal: the
    /// server delivers the event to another consumer.
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
    /// - Throws: the error that ends the events (see ``PersistentEvents``), any error of `onError`,
    ///   `CancellationError`, or ``PhotonPumpError/Code/invalidArgument`` if the events have been iterated already or
    ///   `maxConcurrent` is below 1.
    public func process(
        maxConcurrent: Int = 1,
        partitionedBy key: (@Sendable (DeliveredEvent) -> any Hashable)? = nil,
        onError: @escaping @Sendable (any Error, DeliveredEvent) throws -> RefusalAction = { _, _ in .retry },
        handler: @escaping @Sendable (DeliveredEvent) async throws -> Void
    ) async throws {
        guard maxConcurrent > 0 else {
            throw PhotonPumpError(.invalidArgument, "maxConcurrent \(maxConcurrent) is below 1", stream: self.stream)
        }
        guard self.feed.take() else { throw PhotonPumpError.eventsAreTaken }
        let processing = Processing(
            subscription: self, maxConcurrent: maxConcurrent, key: key, onError: onError, handler: handler)
        let feed = self.feed
        let failure = await feed.client.work(
            {
                let failure = await processing.run()
                feed.finish()
                await feed.ended()
                return failure
            },
            stop: { feed.stop() }
        )
        if let failure { throw failure }
        try Task.checkCancellation()
    }
}

/// One run through the events of a subscription.
private struct Processing: Sendable {
    /// What is reported to the loop that starts handlers.
    enum Happening: Sendable {
        case came([DeliveredEvent])
        /// No more events will come.
        case ended((any Error)?)
        /// A handler has finished; with the error that ends the processing, if there is one.
        case finished(lane: Int?, (any Error)?)
    }

    let subscription: PersistentSubscription
    let maxConcurrent: Int
    let key: (@Sendable (DeliveredEvent) -> any Hashable)?
    let onError: @Sendable (any Error, DeliveredEvent) throws -> PersistentSubscription.RefusalAction
    let handler: @Sendable (DeliveredEvent) async throws -> Void

    private var feed: PersistentFeed { self.subscription.feed }

    /// Returns once all handlers have returned; with the error that ended the processing, if there was one.
    func run() async -> (any Error)? {
        // Both streams stay small: there is one batch per demand, and one end per handler.
        let (happenings, report) = AsyncStream.makeStream(of: Happening.self)
        let (demands, demand) = AsyncStream.makeStream(of: Void.self)
        return await withDiscardingTaskGroup { group in
            group.addTask { await self.fetch(demands, report) }
            var incoming = happenings.makeAsyncIterator()
            var lanes = Lanes<DeliveredEvent>(limit: self.maxConcurrent)
            var failure: (any Error)?
            var (isEnding, isFetching) = (false, false)
            func end(_ error: (any Error)?) {
                isEnding = true
                failure = failure ?? error
                lanes.removeWaiting()
                demand.finish()
                self.feed.stop()
            }
            while !isEnding || lanes.runningCount > 0 {
                if !isEnding, !isFetching, lanes.waitingCount < self.subscription.bufferSize {
                    isFetching = true
                    demand.yield()
                }
                // Cancellation ends it here; the group waits for the handlers.
                guard let happening = await incoming.next() else { break }
                switch happening {
                case .came(let events):
                    isFetching = false
                    for event in events where !isEnding {
                        lanes.add(event, key: self.key.map { AnyHashable($0(event)) })
                    }
                case .ended(let error):
                    end(error)
                case .finished(let lane, let error):
                    lanes.finished(lane)
                    if let error { end(error) }
                }
                while let (event, lane) = lanes.start() {
                    // While it waited, the event may have been taken back, or delivered again.
                    guard self.feed.isLatest(event) else {
                        lanes.finished(lane)
                        continue
                    }
                    group.addTask { report.yield(.finished(lane: lane, await self.handle(event))) }
                }
            }
            demand.finish()
            return failure
        }
    }

    /// Fetches a batch of events for each demand.
    private func fetch(_ demands: AsyncStream<Void>, _ report: AsyncStream<Happening>.Continuation) async {
        do {
            for await _ in demands {
                guard let batch = try await self.feed.nextBatch(isolation: nil) else { break }
                report.yield(.came(batch.events))
            }
            report.yield(.ended(nil))
        } catch {
            report.yield(.ended(error))
        }
    }

    /// - Returns: the error that ends the processing.
    private func handle(_ event: DeliveredEvent) async -> (any Error)? {
        // It may have been closed between the decision and this.
        if self.feed.client.isOver { return nil }
        do {
            try await self.handler(event)
            self.subscription.ack(event)
            return nil
        } catch is CancellationError where Task.isCancelled {
            return nil
        } catch {
            do {
                self.subscription.nack(event, action: try self.onError(error, event), reason: "\(error)")
                return nil
            } catch {
                return error
            }
        }
    }
}
