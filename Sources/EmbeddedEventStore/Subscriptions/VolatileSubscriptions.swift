internal import PhotonPumpWire

/// The volatile subscriptions of all clients.
struct VolatileSubscriptions {
    /// By stream, where the empty name means all of them; in order of arrival.
    private var byStream: [StreamName: [VolatileSubscription]] = [:]

    private var added = 0

    var isEmpty: Bool { self.byStream.isEmpty }

    mutating func add(_ subscription: VolatileSubscription) {
        self.added += 1
        var subscription = subscription
        subscription.order = self.added
        self.byStream[subscription.stream, default: []].append(subscription)
    }

    /// Who receives what of the next event. Subscribers to all streams come first.
    mutating func committed(_ event: CommittedEvent, collect: inout [Delivery]) {
        guard !self.isEmpty else { return }
        let stream = StreamName(event.record.stream)
        let every = self.byStream.index(forKey: .everyStream)
        let own = stream.isEmpty ? nil : self.byStream.index(forKey: stream)
        let indices = [every, own].compactMap(\.self)
        var forms = EventForms(subscribers: indices.reduce(0) { $0 + self.byStream.values[$1].count })
        for index in indices {
            for number in self.byStream.values[index].indices {
                self.byStream.values[index][number].committed(event, &forms, collect: &collect)
            }
        }
        if every != nil { collect += self.removeSpent(.everyStream) }
        if own != nil { collect += self.removeSpent(stream) }
    }

    /// Ends the newest subscription with this id on a node, whichever connection it belongs to.
    mutating func remove(_ correlation: GUID, on node: Int) -> Subscriber? {
        let newest = self.byStream.values.joined()
            .filter { $0.subscriber.correlation == correlation && $0.subscriber.client.node == node }
            .max { $0.order < $1.order }
        guard let newest else { return nil }
        self.byStream[newest.stream]?.removeAll { $0.order == newest.order }
        self.forgetIfUnused(newest.stream)
        return newest.subscriber
    }

    /// Ends the subscriptions of a connection, or of all connections to a node.
    @discardableResult
    mutating func removeAll(where isMeant: (ClientID) -> Bool) -> [Subscriber] {
        var removed: [VolatileSubscription] = []
        for (stream, subscriptions) in self.byStream {
            let leaving = subscriptions.filter { isMeant($0.subscriber.client) }
            guard !leaving.isEmpty else { continue }
            removed += leaving
            self.byStream[stream]?.removeAll { isMeant($0.subscriber.client) }
            self.forgetIfUnused(stream)
        }
        return removed.sorted { $0.order < $1.order }.map(\.subscriber)
    }

    /// Ends the subscriptions whose filters took too long: they would miss events without knowing it.
    private mutating func removeSpent(_ stream: StreamName) -> [Delivery] {
        guard self.byStream[stream]?.contains(where: { $0.filter?.isSpent ?? false }) ?? false else { return [] }
        let spent = self.byStream[stream]?.filter { $0.filter?.isSpent ?? false } ?? []
        self.byStream[stream]?.removeAll { $0.filter?.isSpent ?? false }
        self.forgetIfUnused(stream)
        // The reasons for which a subscription can be dropped say nothing of this.
        return spent.map { Delivery(subscriber: $0.subscriber, content: .filterSpent) }
    }

    private mutating func forgetIfUnused(_ stream: StreamName) {
        if self.byStream[stream]?.isEmpty ?? false { self.byStream[stream] = nil }
    }
}

extension StreamName {
    /// The name that subscribers to all streams use.
    fileprivate static let everyStream = StreamName("")
}
