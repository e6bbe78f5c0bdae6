internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The way to a node's connections.
struct Outlet {
    /// Collects what subscribers are to be sent.
    let deliver: ([Delivery]) -> Void
    /// Sends it; false if there is nothing to send.
    let flush: () -> Bool
}

// What a request to one node means for the subscribers of all nodes.
extension Commons {
    /// Passes on what subscribers are to be sent, without sending it yet.
    func deliver() {
        // A subscriber may turn out to be gone, of which others are notified.
        guard !self.isDelivering else { return }
        self.isDelivering = true
        defer { self.isDelivering = false }
        while true {
            let deliveries = self.node.takeDeliveries()
            guard !deliveries.isEmpty else { return }
            for (node, own) in Dictionary(grouping: deliveries, by: \.subscriber.client.node) {
                self.outlets[node]?.deliver(own)
            }
        }
    }

    /// Sends subscribers what has been collected for them.
    func endTurn() {
        self.deliver()
        while self.outlets.values.reduce(false, { $1.flush() || $0 }) { self.deliver() }
        self.keepTicking()
    }

    func clientLeft(_ client: ClientID) {
        self.node.clientLeft(client, now: EmbeddedServer.milliseconds)
        self.deliver()
    }

    /// A node ends all its subscriptions, for this reason.
    func dropSubscriptions(on node: Int, _ reason: SubscriptionDropped.Reason) {
        self.node.dropAllSubscriptions(on: node, reason, now: EmbeddedServer.milliseconds)
        self.endTurn()
    }

    /// A node shuts down and notifies its subscribers.
    func dropSubscriptions(on node: Int) {
        self.node.dropSubscriptions(on: node)
        self.endTurn()
    }

    func delete(_ stream: StreamName, hard: Bool) -> DeleteOutcome {
        let now = EmbeddedServer.milliseconds
        let outcome = self.node.log.delete(stream, hard: hard, expecting: .any, now: now)
        self.node.publish(now: now)
        self.endTurn()
        return outcome
    }

    /// - Returns: false if there is no such group.
    func replayParked(_ group: String) -> Bool {
        let isThere = self.node.replayParked(group, now: EmbeddedServer.milliseconds)
        self.endTurn()
        return isThere
    }

    /// There is a different master, or none any more.
    func masterChanged() {
        if self.membership.master == nil {
            self.node.stopGroups()
        } else {
            self.node.startGroups(now: EmbeddedServer.milliseconds)
        }
        self.endTurn()
    }

    private func keepTicking() {
        guard !self.node.groups.isEmpty else {
            self.ticker = nil
            return
        }
        guard self.ticker == nil else { return }
        let ticker = QueueTimer(on: self.executor.queue) { [weak self] in
            self?.assumeIsolated { $0.tick() }
        }
        ticker.schedule(after: self.tickInterval)
        self.ticker = ticker
    }

    private func tick() {
        self.ticker?.schedule(after: self.tickInterval)
        self.node.tick(now: EmbeddedServer.milliseconds)
        self.endTurn()
    }
}
