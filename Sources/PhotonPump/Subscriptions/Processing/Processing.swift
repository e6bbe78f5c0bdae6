/// Where the events that are processed come from, and what follows when they are handled.
protocol ProcessingPolicy: Sendable {
    associatedtype Event: Sendable

    var client: any SubscriptionHost { get }

    /// Whether events arrive.
    var readiness: Readiness { get }

    /// The next events; nil at the end.
    func nextEvents() async throws -> [Event]?

    /// The event, and what a span says of its handling.
    func described(_ event: Event) -> (ResolvedEvent, SpanDescription)

    /// Whether an event should still be handled.
    func isWanted(_ event: Event) -> Bool

    func succeeded(_ event: Event)

    /// - Parameter error: what the handler has thrown.
    /// - Returns: the error that ends the processing.
    func failed(_ event: Event, _ error: any Error) -> (any Error)?

    /// Lets the events end, with an error if there is one.
    func stop(_ error: PhotonPumpError?)

    /// What has to be done beside the handlers, until it is cancelled.
    func accompany() async

    /// What has to be done when all handlers have returned.
    ///
    /// - Parameter error: what has ended the processing.
    /// - Returns: the error to throw.
    func finish(after error: (any Error)?) async -> (any Error)?
}

/// Runs handlers as ``ProcessingState`` decides.
struct Processing<Policy: ProcessingPolicy>: Sendable {
    typealias Event = Policy.Event

    /// What is reported to the loop that starts handlers.
    private enum Report: Sendable {
        case received([Event])
        case ended((any Error)?)
        /// With the error that ends the processing, if there is one.
        case finished(lane: Int?, (any Error)?)
    }

    let policy: Policy
    let maxConcurrent: Int
    let lookahead: Int
    let key: (@Sendable (Event) -> any Hashable)?
    let handler: @Sendable (Event) async throws -> Void

    /// Returns when the events have ended and all handlers have returned.
    func run() async throws {
        let policy = self.policy
        WorkerStanding.processes { policy.readiness }
        let failure = await GracefulShutdown.watch {
            await policy.client.work(
                { await policy.finish(after: await self.handleEvents()) }, stop: { policy.stop($0) })
        } stop: {
            policy.stop(nil)
        }
        if let failure { throw failure }
        try Task.checkCancellation()
    }

    /// - Returns: the error that came first.
    private func handleEvents() async -> (any Error)? {
        // Both streams stay small: there is one batch per demand, and one report per handler.
        let (reports, report) = AsyncStream.makeStream(of: Report.self)
        let (demands, demand) = AsyncStream.makeStream(of: Void.self)
        return await withDiscardingTaskGroup { group in
            group.addTask { await self.fetch(demands, report) }
            group.addTask { await self.policy.accompany() }
            var state = ProcessingState(maxConcurrent: self.maxConcurrent, lookahead: self.lookahead, key: self.key)
            var incoming = reports.makeAsyncIterator()
            var failure: (any Error)?
            var actions = state.begin()
            while true {
                for action in actions {
                    switch action {
                    case .fetch: demand.yield()
                    case .stop: self.policy.stop(nil)
                    case .handle(let event, let lane):
                        group.addTask { report.yield(.finished(lane: lane, await self.handle(event))) }
                    }
                }
                // Cancellation ends it here; the group waits for the handlers.
                guard !state.isOver, let next = await incoming.next() else { break }
                switch next {
                case .received(let events):
                    actions = state.received(events)
                case .ended(let error):
                    failure = failure ?? error
                    actions = state.ended()
                case .finished(let lane, let error):
                    failure = failure ?? error
                    actions = state.finished(lane: lane, hasFailed: error != nil)
                }
            }
            group.cancelAll()
            return failure
        }
    }

    /// Fetches events for each demand.
    private func fetch(_ demands: AsyncStream<Void>, _ report: AsyncStream<Report>.Continuation) async {
        do {
            for await _ in demands {
                guard let events = try await self.policy.nextEvents() else { break }
                report.yield(.received(events))
            }
            report.yield(.ended(nil))
        } catch {
            report.yield(.ended(error))
        }
    }

    /// - Returns: the error that ends the processing.
    private func handle(_ event: Event) async -> (any Error)? {
        // It may have been cancelled, or the client closed, between the decision and this.
        guard !Task.isCancelled, !self.policy.client.isOver, self.policy.isWanted(event) else { return nil }
        do {
            if let tracing = self.policy.client.tracing {
                let (resolved, description) = self.policy.described(event)
                try await tracing.handle(resolved, description) { try await self.handler(event) }
            } else {
                try await self.handler(event)
            }
            self.policy.succeeded(event)
            return nil
        } catch is CancellationError where Task.isCancelled {
            // The event will come again.
            return nil
        } catch {
            return self.policy.failed(event, error)
        }
    }
}
