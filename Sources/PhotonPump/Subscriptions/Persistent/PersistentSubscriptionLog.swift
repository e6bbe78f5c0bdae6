internal import Logging
internal import PhotonPumpSystem
internal import PhotonPumpTransport
internal import Synchronization

/// Logs the changes of a persistent subscription.
final class PersistentSubscriptionLog: Sendable {
    private let logger: Logger
    /// Whether it was logged that the subscription is interrupted.
    private let isInterrupted = Atomic(false)

    init(_ logger: Logger, _ request: PersistentFeed.Request) {
        var logger = request.options.logger ?? logger
        logger[metadataKey: LogKey.stream] = "\(request.stream)"
        logger[metadataKey: LogKey.group] = "\(request.group)"
        if let name = request.name { logger[metadataKey: LogKey.subscription] = "\(name)" }
        self.logger = logger
    }

    func note(_ change: PersistentSubscription.Change) {
        switch change {
        case .connected where self.isInterrupted.exchange(false, ordering: .relaxed):
            self.logger.info("subscription resumed")
        case .connected:
            self.logger.debug("subscription connected")
        case .interrupted(let attempt, after: _, let cause):
            // The attempts that follow in vain are of the same interruption.
            self.logger.log(
                level: self.isInterrupted.exchange(true, ordering: .relaxed) ? .debug : .warning,
                "subscription interrupted",
                metadata: [LogKey.attempt: "\(attempt)", LogKey.error: "\(cause)"])
        case .slow(let event, let timeout):
            self.logger.warning(
                "event will soon be delivered again, because it is not acknowledged",
                metadata: [LogKey.event: "\(event)", LogKey.timeout: "\(timeout.words)"])
        case .stalled(let events):
            self.logger.warning(
                "subscription stalled: no event is acknowledged",
                metadata: [LogKey.event: "\(events.map(\.uuidString).joined(separator: " "))"])
        case .recovered:
            self.logger.info("subscription no longer stalled")
        case .limited(let count):
            self.logger.info("subscription connects with another limit in flight", metadata: [LogKey.limit: "\(count)"])
        case .stopping:
            self.logger.debug("subscription stopping")
        case .ended(let error?):
            self.logger.warning("subscription ended", metadata: [LogKey.error: "\(error)"])
        case .ended(nil):
            self.logger.debug("subscription ended")
        }
    }
}
