internal import Logging
internal import Synchronization

/// Logs the changes of one subscription.
final class CatchUpLog: Sendable {
    private let logger: Logger
    private let stream: String
    /// Whether it was logged that it is interrupted.
    private let isInterrupted = Atomic(false)

    /// - Parameter name: what its user calls it.
    init(_ logger: Logger, stream: String, name: String?) {
        var logger = logger
        logger[metadataKey: LogKey.stream] = "\(stream)"
        if let name { logger[metadataKey: LogKey.subscription] = "\(name)" }
        self.logger = logger
        self.stream = stream
    }

    func note(_ change: SubscriptionChange<CatchUpPlace>) {
        switch change {
        case .readingHistory: self.logger.debug("subscription reading existing events")
        case .live: self.logger.debug("subscription live")
        case .stillLive: self.logger.trace("subscription still live")
        case .fellBehind: self.logger.info("subscription fell behind, because its consumer is slow")
        case .beyondEnd(let place, let end):
            // If it was interrupted, it is no longer.
            self.isInterrupted.store(false, ordering: .relaxed)
            self.logger.warning(
                "subscription's place lies beyond the end",
                metadata: [
                    LogKey.place: "\(place.words(self.text))",
                    LogKey.end: "\(end.map(self.text) ?? "none")",
                ])
        case .readsLag(let place):
            self.logger.warning(
                "subscription waits for events that were announced but cannot be read yet",
                metadata: [LogKey.place: "\(self.text(place))"])
        case .interrupted(let attempt, let cause):
            // The attempts that follow in vain are of the same interruption.
            self.logger.log(
                level: self.isInterrupted.exchange(true, ordering: .relaxed) ? .debug : .warning,
                "subscription interrupted", metadata: [LogKey.attempt: "\(attempt)", LogKey.error: "\(cause)"])
        case .resumed:
            self.isInterrupted.store(false, ordering: .relaxed)
            self.logger.info("subscription resumed")
        case .ended(let error?): self.logger.warning("subscription ended", metadata: [LogKey.error: "\(error)"])
        case .ended(nil): self.logger.debug("subscription ended")
        }
    }

    private func text(_ place: CatchUpPlace) -> String {
        self.stream == "$all" ? "\(place.position)" : "\(place.number)"
    }
}
