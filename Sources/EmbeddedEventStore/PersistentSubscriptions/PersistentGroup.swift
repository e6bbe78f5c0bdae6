internal import PhotonPumpWire

/// A persistent subscription: consumers that compete for the events of a stream. It says what to do and does nothing
/// itself; time, in milliseconds since 1970, and events are passed in.
///
/// Where EventStore has oddities that clients can see, this has them, too.
struct PersistentGroup {
    /// What to do, in order.
    enum Action {
        case push(GroupEvent, Subscriber)
        /// Write a link to the event to the stream of parked events.
        case park(GroupEvent, reason: String)
        /// Save that events up to this number have been handled.
        case saveCheckpoint(Int64)
        /// Read the stream from here, and report with ``pageRead(_:next:isEnd:now:)``.
        case read(from: Int64, count: Int64)
    }

    let terms: GroupTerms
    let stream: StreamName
    private var consumers: Consumers
    private var buffer: GroupBuffer
    private var outstanding = OutstandingEvents()
    private var isReading = false
    /// Where to read the stream next.
    private var nextRead: Int64
    /// The largest number of an event that was read or committed.
    private var lastKnown: Int64 = -1
    private var progress: GroupProgress
    private var counter = DeliveryCounter()
    private var lastReport: Int64?

    /// - Parameters:
    ///   - strategy: the one that `terms` name.
    ///   - checkpoint: the last one saved.
    init(_ terms: GroupTerms, _ strategy: ConsumerStrategy, checkpoint: Int64?) {
        self.terms = terms
        self.stream = StreamName(terms.stream)
        self.consumers = Consumers(strategy)
        self.nextRead = checkpoint.map { $0 == .max ? $0 : $0 + 1 } ?? max(0, terms.startFrom)
        self.buffer = GroupBuffer(
            capacity: Int(terms.historyBufferSize),
            liveCapacity: Int(terms.liveBufferSize),
            isLive: checkpoint == nil && terms.startFrom < 0
        )
        self.progress = GroupProgress(terms)
    }

    static func id(_ stream: String, _ name: String) -> String { "\(stream)::\(name)" }

    var isFull: Bool { self.terms.maxSubscriberCount != 0 && self.consumers.count >= self.terms.maxSubscriberCount }
    /// The connected consumers, in no particular order.
    var members: some Collection<Subscriber> { self.consumers.ids }

    /// Whether a consumer knows only 32-bit event numbers.
    func isNarrow(_ consumer: Subscriber) -> Bool { self.consumers[consumer]?.isNarrow ?? false }

    /// What is reported about it. Rates are those since the last report; the first time they are zero.
    mutating func info(now: Int64) -> GroupInfo {
        let elapsed = self.lastReport.map { now - $0 } ?? 0
        self.lastReport = now
        let count = self.counter.report(elapsed: elapsed)
        return GroupInfo(
            eventStreamId: self.terms.stream,
            groupName: self.terms.group,
            status: self.buffer.isLive ? "Live" : "Behind",
            averageItemsPerSecond: count.perSecond,
            totalItemsProcessed: count.total,
            countSinceLastMeasurement: count.recent,
            lastProcessedEventNumber: self.progress.saved,
            lastKnownEventNumber: self.lastKnown,
            readBufferCount: self.buffer.waiting.count,
            liveBufferCount: self.buffer.latest.count,
            retryBufferCount: self.buffer.retries.count,
            totalInFlightMessages: self.outstanding.count,
            outstandingMessagesCount: self.outstanding.count,
            config: GroupInfo.Config(self.terms),
            connections: self.consumers.report(elapsed: elapsed)
        )
    }
}

// MARK: - Events

extension PersistentGroup {
    mutating func start() -> [Action] { self.readOn() }

    /// An event of the stream was committed.
    mutating func committed(_ event: GroupEvent, now: Int64) -> [Action] {
        guard event.number >= self.terms.startFrom else { return [] }
        self.lastKnown = max(self.lastKnown, event.number)
        if !self.buffer.committed(event) { self.nextRead = event.number }
        return self.deliver(now: now)
    }

    /// - Parameter next: where to continue.
    mutating func pageRead(_ events: [GroupEvent], next: Int64, isEnd: Bool, now: Int64) -> [Action] {
        self.isReading = false
        for event in events { self.buffer.read(event) }
        if let last = events.last { self.lastKnown = max(self.lastKnown, last.number) }
        if isEnd { self.buffer.endRead(next: next) }
        self.nextRead = next
        return self.readOn() + self.deliver(now: now)
    }

    private mutating func readOn() -> [Action] {
        let batch = Int(self.terms.readBatchSize)
        guard !self.isReading, !self.buffer.isLive, self.buffer.hasRoom(for: batch) else { return [] }
        self.isReading = true
        return [.read(from: self.nextRead, count: Self.pageCount(batch))]
    }

    private static func pageCount(_ batch: Int) -> Int64 {
        batch == 0 ? 10 : Int64(min(max(batch, 1), 100))
    }

    private mutating func deliver(now: Int64) -> [Action] {
        let pushes = Self.pushes(&self.buffer, &self.consumers)
        let timeout = Int64(self.terms.messageTimeout)
        for (event, _) in pushes {
            self.outstanding.add(event, deadline: timeout == 0 ? nil : now + timeout)
            self.counter.delivered()
            self.progress.delivered(event)
        }
        return pushes.map { .push($0, $1) }
    }

    private static func pushes(_ buffer: inout GroupBuffer, _ consumers: inout Consumers) -> [(GroupEvent, Subscriber)]
    {
        var pushes: [(GroupEvent, Subscriber)] = []
        buffer.offer { event in
            let (outcome, consumer) = consumers.give(event)
            if let consumer { pushes.append((event, consumer)) }
            return outcome
        }
        return pushes
    }
}

// MARK: - Consumers

extension PersistentGroup {
    mutating func join(_ consumer: Consumer, now: Int64) -> [Action] {
        self.consumers.join(consumer)
        return self.deliver(now: now)
    }

    /// The events that a consumer leaves behind go to the others, as if they had been delivered without success once.
    mutating func leave(_ consumer: Subscriber, now: Int64) -> [Action] {
        for var event in self.consumers.leave(consumer) {
            event.retryCount = 0
            self.retry(event)
        }
        return self.deliver(now: now)
    }

    /// - Parameter consumer: who acknowledges. Its slots become free only for events that it holds.
    mutating func acknowledge(_ events: [GUID], by consumer: Subscriber, now: Int64) -> [Action] {
        self.settle(events, by: consumer)
        return self.checkpoint(isTick: false, now: now) + self.readOn() + self.deliver(now: now)
    }

    /// Events that a consumer could not handle are delivered again, parked or forgotten.
    mutating func refuse(
        _ events: [GUID],
        _ action: PersistentSubscriptionNakEvents.Action,
        reason: String?,
        by consumer: Subscriber,
        now: Int64
    ) -> [Action] {
        var actions: [Action] = []
        for id in events {
            guard let event = self.outstanding[id] else { continue }
            switch action {
            case .unknown, .retry: actions += self.retryOrPark(event)
            case .park: actions.append(self.park(event, "Client explicitly NAK'ed message.\n\(reason ?? "")"))
            default: break
            }
        }
        self.settle(events, by: consumer)
        actions += self.checkpoint(isTick: false, now: now)
        return actions + self.readOn() + self.deliver(now: now)
    }

    /// About a second has passed.
    mutating func tick(now: Int64) -> [Action] {
        var actions: [Action] = []
        for event in self.outstanding.removeExpired(now: now) { actions += self.retryOrPark(event) }
        actions += self.deliver(now: now)
        actions += self.checkpoint(isTick: true, now: now)
        return actions + self.readOn()
    }

    /// Delivers parked events again.
    mutating func replay(_ events: [GroupEvent], now: Int64) -> [Action] {
        for event in events { self.buffer.retry(event) }
        return self.deliver(now: now)
    }

    private mutating func retryOrPark(_ event: GroupEvent) -> [Action] {
        if event.retryCount >= self.terms.maxRetryCount {
            return [self.park(event, "Reached retry count of \(self.terms.maxRetryCount)")]
        }
        self.retry(event)
        return []
    }

    private mutating func retry(_ event: GroupEvent) {
        self.takeBack(event)
        var event = event
        event.retryCount += 1
        self.buffer.retry(event)
    }

    private mutating func park(_ event: GroupEvent, _ reason: String) -> Action {
        self.takeBack(event)
        return .park(event, reason: reason)
    }

    /// An event is no longer outstanding, whoever held it.
    private mutating func takeBack(_ event: GroupEvent) {
        self.outstanding.remove(event.id)
        self.consumers.settle(event.id, by: nil)
    }

    private mutating func settle(_ events: [GUID], by consumer: Subscriber) {
        for event in events {
            self.consumers.settle(event, by: consumer)
            self.outstanding.remove(event)
        }
    }

    private mutating func checkpoint(isTick: Bool, now: Int64) -> [Action] {
        let number = self.progress.checkpoint(isTick: isTick, now: now) { delivered in
            // Events that were skipped because their consumer is busy are not handled either, though real servers
            // forget that.
            let passedOver = self.buffer.waiting.first.map(\.number).flatMap { $0 < delivered ? $0 : nil }
            return [self.outstanding.lowest(), self.buffer.lowestRetry, passedOver].compactMap(\.self).min()
        }
        return number.map { [.saveCheckpoint($0)] } ?? []
    }
}
