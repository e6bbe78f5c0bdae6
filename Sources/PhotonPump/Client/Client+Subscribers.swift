internal import PhotonPumpTransport
internal import PhotonPumpWire

/// What subscriptions need from the client.
extension Client: SubscriptionHost {
    /// If one of these arrives and no one waits for it, the caller that asked for it has gone.
    static let confirmations: Set<Command> = [.subscriptionConfirmation, .persistentSubscriptionConfirmation]

    nonisolated var metrics: ClientMetrics? { self.context.metrics }
    nonisolated var tracing: ClientTracing? { self.context.tracing }

    nonisolated var connectionNumber: Int { self.context.connectionNumber }

    nonisolated func confirmed(_ id: GUID, for subscriber: (any Subscriber)?) {
        self.assumeIsolated { client in
            if let subscriber { client.subscribers.add(subscriber, id) } else { client.unsubscribe(id) }
        }
    }

    nonisolated func endSubscription(_ id: GUID) {
        self.post(.unsubscribe(id))
    }

    nonisolated func post(_ message: any WireMessage, _ command: Command, _ id: GUID, login: Login?) {
        self.post(.tell(message, command, id, login))
    }

    func tell(_ message: any WireMessage, _ command: Command, _ id: GUID, _ login: Login?) {
        guard self.subscribers.contains(id), let connection = self.connections.serving else { return }
        self.context.metrics?.told(message)
        connection.send(message, command, id, login: login)
    }

    func endSubscriber(_ id: GUID) {
        if self.subscribers.end(id) { self.unsubscribe(id) }
    }

    /// Tells those who received something that this was all for now.
    func tellReceivers() {
        for subscriber in self.subscribers.takeReceivers() { subscriber.receivedAll() }
    }

    /// Their connection is gone.
    func endSubscriptions(_ error: PhotonPumpError) {
        let (present, leaving) = self.subscribers.removeAll()
        for subscriber in present { subscriber.ended(error) }
        for subscriber in leaving { subscriber.unsubscribed() }
    }

    func unsubscribe(_ id: GUID) {
        self.connections.serving?.send(UnsubscribeFromStream(), .unsubscribeFromStream, id)
    }

    /// A node that serves nobody at the moment does not even end a subscription, and would go on sending its events.
    func unsubscribeLater(_ id: GUID) {
        self.environment.run(after: Self.pauseBeforeEnding, on: self.executor) { [weak self] in
            self?.assumeIsolated { client in
                // With the connection, it has ended.
                if client.subscribers.isEnding(id) { client.unsubscribe(id) }
            }
        }
    }

    private static let pauseBeforeEnding: Duration = .milliseconds(500)

    // MARK: Pauses

    nonisolated func run(after delay: Duration, _ body: @escaping @Sendable () -> Void) {
        self.environment.run(after: delay, on: self.executor, body)
    }

    nonisolated func pause(_ id: GUID, for duration: Duration, _ report: @escaping @Sendable () -> Void) {
        self.executor.run(here: false) {
            self.assumeIsolated { client in
                guard !client.intake.isClosing else { return report() }
                let timer = client.context.timer(at: client.environment.now + duration) { [weak client] in
                    client?.assumeIsolated { $0.subscribers.pauses.end(id) }
                }
                client.subscribers.pauses.begin(id, timer, report)
            }
        }
    }

    nonisolated func cancelPause(_ id: GUID) {
        self.executor.run(here: false) {
            self.assumeIsolated { $0.subscribers.pauses.cancel(id) }
        }
    }
}
