internal import PhotonPumpWire

extension Store {
    mutating func subscribe(_ subscribe: SubscribeToStream, _ request: Request) -> Answer {
        self.subscribe(StreamName(subscribe.stream), subscribe.resolveLinks, request)
    }

    mutating func subscribe(_ legal: LegalFilteredSubscribe, _ request: Request) -> Answer {
        let subscribe = legal.subscribe
        return self.subscribe(
            StreamName(subscribe.stream),
            subscribe.resolveLinks,
            request,
            filter: legal.filter,
            checkpoints: CheckpointCounter(interval: subscribe.checkpointInterval)
        )
    }

    private mutating func subscribe(
        _ stream: StreamName,
        _ resolveLinks: Bool,
        _ request: Request,
        filter: EventFilter? = nil,
        checkpoints: CheckpointCounter? = nil
    ) -> Answer {
        guard self.log.allows(request.identity, to: .read, stream.isEmpty ? .all : stream) else {
            return .dropped(.accessDenied)
        }
        self.volatile.add(
            VolatileSubscription(
                subscriber: request.subscriber,
                stream: stream,
                resolvesLinks: resolveLinks,
                isNarrow: request.session.schema == .narrow,
                filter: filter,
                checkpoints: checkpoints
            )
        )
        let number = stream.isEmpty ? nil : request.session.downgraded(self.log.lastNumber(of: stream))
        let confirmation = SubscriptionConfirmation(
            lastCommitPosition: self.log.lastCommitPosition, lastEventNumber: number)
        return .message(confirmation, .subscriptionConfirmation)
    }

    /// Ends the subscription with this id on the node that was asked, whoever it belongs to. If there is none, there is
    /// no answer.
    mutating func unsubscribe(_ request: Request) -> Answer? {
        let correlation = request.subscriber.correlation
        let node = request.subscriber.client.node
        var ended = [self.volatile.remove(correlation, on: node)].compactMap(\.self)
        for (group, consumer) in self.groups.consumers(where: {
            $0.correlation == correlation && $0.client.node == node
        }) {
            self.leave(group, consumer, now: request.now)
            ended.append(consumer)
        }
        let own = ended.firstIndex(of: request.subscriber)
        if let own { ended.remove(at: own) }
        self.collect(ended.map { .dropped($0) })
        return own.map { _ in .dropped(.unsubscribed) }
    }

    /// A connection has ended, and its subscriptions with it.
    mutating func clientLeft(_ client: ClientID, now: Int64) {
        self.volatile.removeAll { $0 == client }
        for (group, consumer) in self.groups.consumers(where: { $0.client == client }) {
            self.leave(group, consumer, now: now)
        }
        self.publish(now: now)
    }

    /// A node shuts down and notifies its subscribers.
    mutating func dropSubscriptions(on node: Int) {
        self.collect(self.volatile.removeAll { $0.node == node }.map { .dropped($0) })
    }

    /// A node ends all subscriptions, for this reason.
    mutating func dropAllSubscriptions(on node: Int, _ reason: SubscriptionDropped.Reason, now: Int64) {
        self.collect(self.volatile.removeAll { $0.node == node }.map { .dropped($0, reason) })
        for (group, consumer) in self.groups.consumers(where: { $0.client.node == node }) {
            self.collect([.dropped(consumer, reason)])
            self.leave(group, consumer, now: now)
        }
        self.publish(now: now)
    }
}
