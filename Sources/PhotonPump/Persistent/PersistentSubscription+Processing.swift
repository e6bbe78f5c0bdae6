extension PersistentSubscription {
    /// Has each event dealt with by `handler`: acknowledged when it returns, refused when it throws.
    ///
    /// ```swift
    /// try await herd.process(maxConcurrent: 8, partitionedBy: \.stream) { event in
    ///     try await store.record(event.decode(PonyJumped.self))
    /// }
    /// ```
    ///
    /// It returns after ``stop()``, and throws when its task is cancelled or the server will not have the subscription
    /// any more. In each case no further handler is started, those that are running are awaited (they see the
    /// cancellation, too), their acknowledgements are sent, and the server has confirmed the end or was given two seconds
    /// to do so. What a handler throws because of its cancellation is no refusal: the server delivers the event to others.
    ///
    /// A handler should be done within the subscription's message timeout, because the server delivers the event again
    /// then; ``Change/slow(_:messageTimeout:)`` warns before.
    ///
    /// - Parameters:
    ///   - maxConcurrent: how many handlers may run at once; no more do than events may be in flight.
    ///   - key: what events have in common that must be dealt with one after the other, in the order they were delivered
    ///     in. By default they need not wait for each other.
    ///   - onError: what the server is to do with an event whose handler has thrown: deliver it again, by default. What
    ///     it throws ends the processing; the event is left to the server.
    ///   - handler: deals with an event.
    /// - Throws: what ends the events (see ``PersistentEvents``), what `onError` throws, `CancellationError`, or
    ///   ``PhotonPumpError/Code/invalidArgument`` when the events are gone through already or `maxConcurrent` is below 1.
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
    /// What the one who starts handlers hears.
    enum Happening: Sendable {
        case came([DeliveredEvent])
        /// Nothing more will come.
        case ended((any Error)?)
        /// A handler has finished; with the error that ends the processing, if it does.
        case finished(lane: Int?, (any Error)?)
    }

    let subscription: PersistentSubscription
    let maxConcurrent: Int
    let key: (@Sendable (DeliveredEvent) -> any Hashable)?
    let onError: @Sendable (any Error, DeliveredEvent) throws -> PersistentSubscription.RefusalAction
    let handler: @Sendable (DeliveredEvent) async throws -> Void

    private var feed: PersistentFeed { self.subscription.feed }

    /// Returns when all handlers have; with what has ended the processing, if it was an error.
    func run() async -> (any Error)? {
        // Of both streams the content is bounded: there is a batch for a demand, and an end for each handler.
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
                    // It may have been taken back, or delivered again, while it waited.
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
