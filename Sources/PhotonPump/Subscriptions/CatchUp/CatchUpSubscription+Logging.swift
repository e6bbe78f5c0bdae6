internal import Logging
internal import Synchronization

extension CatchUpSubscription {
    /// Logs changes.
    func log(_ changes: [SubscriptionChange<CatchUpPlace>]) {
        guard !changes.isEmpty else { return }
        var logger = self.client.logger
        logger[metadataKey: LogKey.stream] = "\(self.stream)"
        for change in changes {
            switch change {
            case .readingHistory: logger.debug("subscription reading what is there")
            case .live: logger.debug("subscription live")
            case .stillLive: logger.trace("subscription still live")
            case .fellBehind: logger.info("subscription fell behind, because its consumer is slow")
            case .beyondEnd(let place, let end):
                logger.warning(
                    "subscription is to go on beyond the end",
                    metadata: [
                        LogKey.place: "\(place.words(self.text))",
                        LogKey.end: "\(end.map(self.text) ?? "none")",
                    ])
            case .readsLag(let place):
                logger.warning(
                    "subscription waits for events that were announced and cannot be read yet",
                    metadata: [LogKey.place: "\(self.text(place))"])
            case .interrupted(let attempt, let cause):
                // The attempts that follow in vain are of the same interruption.
                logger.log(
                    level: self.isInterrupted.exchange(true, ordering: .relaxed) ? .debug : .warning,
                    "subscription interrupted", metadata: [LogKey.attempt: "\(attempt)", LogKey.error: "\(cause)"])
            case .resumed:
                self.isInterrupted.store(false, ordering: .relaxed)
                logger.info("subscription resumed")
            case .ended(let error?): logger.warning("subscription ended", metadata: [LogKey.error: "\(error)"])
            case .ended(nil): logger.debug("subscription ended")
            }
        }
    }

    private func text(_ place: CatchUpPlace) -> String {
        self.stream == "$all" ? "\(place.position)" : "\(place.number)"
    }
}
