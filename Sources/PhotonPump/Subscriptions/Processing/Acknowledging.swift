/// Acknowledges the events of a persistent subscription that are handled, and refuses the others.
struct Acknowledging: ProcessingPolicy {
    let subscription: PersistentSubscription
    let onError: @Sendable (any Error, DeliveredEvent) throws -> PersistentSubscription.RefusalAction

    private var feed: PersistentFeed { self.subscription.feed }
    var client: any SubscriptionHost { self.feed.client }

    var readiness: Readiness {
        let (status, group, stream) = (self.feed.status, self.feed.request.group, self.feed.request.stream)
        let isReady = status.phase == .connected
        let cause = isReady ? "" : status.lastError.map { ": \($0)" } ?? ""
        return Readiness(
            isReady: isReady,
            description: "'\(group)' of '\(stream)' \(status.phase), \(status.inFlight) events in flight\(cause)")
    }

    func nextEvents() async throws -> [DeliveredEvent]? {
        try await self.feed.nextBatch(isolation: nil)?.events
    }

    func described(_ event: DeliveredEvent) -> (ResolvedEvent, SpanDescription) {
        let request = self.feed.request
        return (event.resolved, SpanDescription(handling: event, of: request.stream, group: request.group))
    }

    /// While it waited, an event may have been taken back, or delivered again.
    func isWanted(_ event: DeliveredEvent) -> Bool { self.feed.isLatest(event) }

    func succeeded(_ event: DeliveredEvent) { self.subscription.ack(event) }

    func failed(_ event: DeliveredEvent, _ error: any Error) -> (any Error)? {
        do {
            self.subscription.nack(event, action: try self.onError(error, event), reason: "\(error)")
            return nil
        } catch {
            return HandlerError(event: event.resolved, underlying: error)
        }
    }

    func stop(_ error: PhotonPumpError?) { self.feed.stop(error) }

    func accompany() async {}

    func finish(after error: (any Error)?) async -> (any Error)? {
        self.feed.finish()
        await self.feed.ended()
        return error
    }
}
