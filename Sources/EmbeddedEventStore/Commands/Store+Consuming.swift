internal import PhotonPumpWire

// What clients do with existing persistent subscriptions.
extension Store {
    /// In characters.
    private static let longestReason = 10_000

    mutating func connect(_ connect: ConnectToPersistentSubscription, _ request: Request) -> Answer {
        let stream = StreamName(connect.stream)
        guard self.log.allows(request.identity, to: .read, stream) else { return .dropped(.accessDenied) }
        let id = PersistentGroup.id(connect.stream, connect.group)
        guard let group = self.groups[id] else { return .dropped(.notFound) }
        guard !group.isFull else { return .dropped(.subscriberMaxCountReached) }
        let consumer = Consumer(
            id: request.subscriber,
            user: request.identity.name,
            address: request.session.address,
            isNarrow: request.session.schema == .narrow,
            limit: Int(connect.allowedInFlight)
        )
        self.happen(to: id, now: request.now) { $0.join(consumer, now: request.now) }
        let confirmation = PersistentSubscriptionConfirmation(
            lastCommitPosition: self.log.lastCommitPosition,
            subscriptionID: id,
            lastEventNumber: request.session.downgraded(self.log.lastNumber(of: stream))
        )
        return .message(confirmation, .persistentSubscriptionConfirmation)
    }

    mutating func acknowledge(_ ack: PersistentSubscriptionAckEvents, _ request: Request) {
        self.happen(to: ack.subscriptionID, now: request.now) {
            $0.acknowledge(ack.eventIDs, by: request.subscriber, now: request.now)
        }
    }

    mutating func refuse(_ nak: PersistentSubscriptionNakEvents, _ request: Request) {
        // It becomes a part of each event that is parked.
        let reason = nak.message.map { String($0.unicodeScalars.prefix(Self.longestReason)) }
        self.happen(to: nak.subscriptionID, now: request.now) {
            $0.refuse(nak.eventIDs, nak.action, reason: reason, by: request.subscriber, now: request.now)
        }
    }

    mutating func leave(_ group: String, _ consumer: Subscriber, now: Int64) {
        self.happen(to: group, now: now) { $0.leave(consumer, now: now) }
    }

    /// - Parameter event: the next one.
    mutating func committed(_ event: CommittedEvent, now: Int64) {
        for id in self.groups.ids(of: StreamName(event.record.stream)) {
            self.happen(to: id, now: now) { group in
                let record = group.terms.resolveLinkTos ? event.resolved : .init(event: event.record, link: nil)
                return GroupEvent(record).map { group.committed($0, now: now) } ?? []
            }
        }
    }

    /// Time has passed for all persistent subscriptions.
    mutating func tick(now: Int64) {
        for id in self.groups.ids { self.happen(to: id, now: now) { $0.tick(now: now) } }
        self.publish(now: now)
    }

    /// Delivers the parked events of a group again; they are no longer parked.
    ///
    /// - Returns: false if there is no such group.
    mutating func replayParked(_ id: String, now: Int64) -> Bool {
        guard self.groups[id] != nil else { return false }
        let parked = GroupStreams(id).parked
        guard case .readable(let shown) = self.log.view(of: parked, now: now), shown.first <= shown.last else {
            return true
        }
        let slice = self.log.slice(of: parked, .forward, shown.first, shown.last - shown.first + 1, shown)
        let events = slice.records.compactMap { GroupEvent(self.resolve($0, now: now), isReplayed: true) }
        self.happen(to: id, now: now) { $0.replay(events, now: now) }
        self.log.truncate(parked, before: shown.last + 1, now: now)
        self.publish(now: now)
        return true
    }

    /// Changes a group, and carries out the resulting actions.
    mutating func happen(
        to id: String,
        now: Int64,
        _ change: (inout PersistentGroup) -> [PersistentGroup.Action]
    ) {
        var actions = self.groups.update(id, change)[...]
        while let action = actions.popFirst() {
            switch action {
            case .push(let event, let consumer):
                self.push(event, to: consumer, of: id)
            case .park(let event, let reason):
                self.park(event, reason, id, now: now)
            case .saveCheckpoint(let number):
                self.saveCheckpoint(number, id, now: now)
            case .read(let from, let count):
                let page = self.page(of: id, from, count, now: now)
                actions += self.groups.update(id) {
                    $0.pageRead(page.events, next: page.next, isEnd: page.isEnd, now: now)
                }
            }
        }
    }

    private mutating func push(_ event: GroupEvent, to consumer: Subscriber, of id: String) {
        var record = event.record
        if event.number == StreamHistory.deletedNumber, self.groups[id]?.isNarrow(consumer) ?? false {
            record = record.narrowed
        }
        let message = PersistentSubscriptionStreamEventAppeared(event: record, retryCount: event.retryCount)
        let content = Answer.message(message, .persistentSubscriptionStreamEventAppeared)
        self.collect(Delivery(subscriber: consumer, content: content))
    }

    private func page(
        of id: String, _ from: Int64, _ count: Int64, now: Int64
    ) -> (events: [GroupEvent], next: Int64, isEnd: Bool) {
        guard let group = self.groups[id], case .readable(let shown) = self.log.view(of: group.stream, now: now) else {
            return ([], from, true)
        }
        let slice = self.log.slice(of: group.stream, .forward, from, count, shown)
        let events = slice.records.compactMap { record in
            let resolves = group.terms.resolveLinkTos
            return GroupEvent(resolves ? self.resolve(record, now: now) : ResolvedRecord(event: record, link: nil))
        }
        return (events, slice.next, slice.isEnd)
    }

    /// An event that cannot be parked is lost, as on any server: the stream for it was deleted permanently.
    private mutating func park(_ event: GroupEvent, _ reason: String, _ id: String, now: Int64) {
        let metadata = Bytes(json: ParkedMetadata(event, reason, now: now))
        let link = self.log.makeEvent(LinkTarget.eventType.text, isJSON: false, event.linkData, metadata)
        _ = self.log.write([link], to: GroupStreams(id).parked, expecting: .any, now: now)
    }

    private mutating func saveCheckpoint(_ number: Int64, _ id: String, now: Int64) {
        let event = self.log.makeEvent(GroupStreams.checkpointType, Bytes(utf8: "\(number)"))
        _ = self.log.write([event], to: GroupStreams(id).checkpoint, expecting: .any, now: now)
    }
}
