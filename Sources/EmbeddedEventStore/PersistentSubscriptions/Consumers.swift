internal import DequeModule
internal import PhotonPumpWire

/// A consumer that is connected to a persistent subscription.
struct Consumer {
    let id: Subscriber
    /// Nil if it has not logged in.
    let user: String?
    /// The client's address.
    let address: String
    /// Whether the client knows only 32-bit event numbers.
    let isNarrow: Bool
    /// The number of events that it may hold.
    let limit: Int
    /// The events that it holds, by id.
    fileprivate var inFlight: [GUID: GroupEvent] = [:]
    fileprivate var counter = DeliveryCounter()

    init(id: Subscriber, user: String?, address: String, isNarrow: Bool, limit: Int) {
        self.id = id
        self.user = user
        self.address = address
        self.isNarrow = isNarrow
        self.limit = limit
    }

    fileprivate var freeSlots: Int { self.limit - self.inFlight.count }

    fileprivate mutating func report(elapsed: Int64) -> GroupInfo.Connection {
        let count = self.counter.report(elapsed: elapsed)
        return GroupInfo.Connection(
            from: self.address,
            username: self.user ?? "anonymous",
            averageItemsPerSecond: count.perSecond,
            totalItemsProcessed: count.total,
            countSinceLastMeasurement: count.recent,
            availableSlots: self.freeSlots,
            inFlightMessages: self.inFlight.count
        )
    }
}

/// The consumers of a persistent subscription, and whose turn it is.
struct Consumers {
    private let strategy: ConsumerStrategy
    private var byID: [Subscriber: Consumer] = [:]
    /// The first one is next.
    private var queue: Deque<Subscriber> = []
    private var pinned = PinnedStreams()

    init(_ strategy: ConsumerStrategy) {
        self.strategy = strategy
    }

    var count: Int { self.byID.count }
    subscript(id: Subscriber) -> Consumer? { self.byID[id] }
    var ids: some Collection<Subscriber> { self.queue }

    /// What is reported about each, ordered by address.
    ///
    /// - Parameter elapsed: the milliseconds since the last report; 0 for the first.
    mutating func report(elapsed: Int64) -> [GroupInfo.Connection] {
        var report: [GroupInfo.Connection] = []
        for index in self.byID.values.indices { report.append(self.byID.values[index].report(elapsed: elapsed)) }
        return report.sorted { $0.from < $1.from }
    }

    /// Has no effect if the consumer is connected already.
    mutating func join(_ consumer: Consumer) {
        guard self.byID[consumer.id] == nil else { return }
        self.byID[consumer.id] = consumer
        self.queue.append(consumer.id)
        self.pinned.joined(consumer.id)
    }

    /// - Returns: the events that it held.
    mutating func leave(_ id: Subscriber) -> [GroupEvent] {
        guard let consumer = self.byID.removeValue(forKey: id) else { return [] }
        self.queue.removeAll { $0 == id }
        self.pinned.left(id)
        return consumer.inFlight.values.sorted { $0.number < $1.number }
    }

    /// Gives an event to a consumer.
    ///
    /// - Returns: the consumer.
    mutating func give(_ event: GroupEvent) -> (GroupBuffer.Outcome, Subscriber?) {
        switch self.strategy {
        case .roundRobin: self.giveNext(event, takingTurns: true)
        case .dispatchToSingle: self.giveNext(event, takingTurns: false)
        case .pinned: self.giveOwner(event)
        }
    }

    private mutating func giveNext(_ event: GroupEvent, takingTurns: Bool) -> (GroupBuffer.Outcome, Subscriber?) {
        for _ in self.queue {
            guard let first = self.queue.first else { break }
            let isTaken = self.push(event, to: first)
            if self.queue.count > 1, takingTurns || !isTaken { self.queue.append(self.queue.removeFirst()) }
            if isTaken { return (.taken, first) }
        }
        return (.full, nil)
    }

    private mutating func giveOwner(_ event: GroupEvent) -> (GroupBuffer.Outcome, Subscriber?) {
        guard self.byID.values.contains(where: { $0.freeSlots > 0 }),
            let owner = self.pinned.owner(of: event.source)
        else { return (.full, nil) }
        guard self.push(event, to: owner) else { return (.skipped, nil) }
        self.pinned.sent(event.source)
        return (.taken, owner)
    }

    /// An event that the consumer holds already does not take a second slot.
    private mutating func push(_ event: GroupEvent, to id: Subscriber) -> Bool {
        guard let index = self.byID.index(forKey: id), self.byID.values[index].freeSlots > 0 else { return false }
        self.byID.values[index].inFlight[event.id] = event
        self.byID.values[index].counter.delivered()
        return true
    }

    /// An event is no longer held by `consumer`, or by whichever consumer holds it.
    mutating func settle(_ event: GUID, by consumer: Subscriber?) {
        let owner = consumer ?? self.queue.first { self.byID[$0]?.inFlight[event] != nil }
        guard let owner, let index = self.byID.index(forKey: owner),
            let settled = self.byID.values[index].inFlight.removeValue(forKey: event)
        else { return }
        if self.strategy == .pinned { self.pinned.settled(settled.source, by: owner) }
    }
}
