internal import PhotonPumpTransport
internal import PhotonPumpWire

/// What subscriptions need from the client.
extension Client {
    /// If one of these arrives and no one waits for it, the caller that asked for it has gone.
    static let confirmations: Set<Command> = [.subscriptionConfirmation, .persistentSubscriptionConfirmation]

    /// From now on, `subscriber` receives what arrives under this id, for as long as the connection lasts.
    func add(_ subscriber: any Subscriber, _ id: GUID) {
        self.subscribers.add(subscriber, id)
    }

    /// Sends a message that has no answer, if there still is a subscriber with this id.
    nonisolated func post(_ message: any WireMessage, _ command: Command, _ id: GUID, login: Login?) {
        self.post(.tell(message, command, id, login))
    }

    /// Ends a subscription here and on the server.
    nonisolated func endSubscription(_ id: GUID) {
        self.post(.leave(id))
    }

    func tell(_ message: any WireMessage, _ command: Command, _ id: GUID, _ login: Login?) {
        guard self.subscribers.contains(id) else { return }
        self.connections.serving?.send(message, command, id, login: login)
    }

    func leave(_ id: GUID) {
        if self.subscribers.leave(id) { self.unsubscribe(id) }
    }

    func settleSubscribers() {
        for subscriber in self.subscribers.takeUnsettled() { subscriber.settle() }
    }

    /// Their connection is gone.
    func endSubscriptions(_ error: PhotonPumpError) {
        let (present, leaving) = self.subscribers.removeAll()
        for subscriber in present { subscriber.ended(error) }
        for subscriber in leaving { subscriber.left() }
    }

    func unsubscribe(_ id: GUID) {
        self.connections.serving?.send(UnsubscribeFromStream(), .unsubscribeFromStream, id)
    }

    // MARK: Pauses

    /// Calls `report` on the client's queue when the time is up, or as soon as the client is being closed.
    ///
    /// - Parameter id: for ``cancelPause(_:)``; one pause at a time has it.
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

    /// Ends a pause without a report, if there is one.
    nonisolated func cancelPause(_ id: GUID) {
        self.executor.run(here: false) {
            self.assumeIsolated { $0.subscribers.pauses.cancel(id) }
        }
    }
}
