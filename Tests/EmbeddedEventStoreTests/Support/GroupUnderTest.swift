import PhotonPumpWire

@testable import EmbeddedEventStore

extension PersistentSubscriptionSettings {
    /// Room for a hundred events, three retries, no timeout, no checkpoints, from the beginning.
    static let tested = PersistentSubscriptionSettings(
        resolveLinks: false, startFrom: 0, messageTimeout: 0, recordStatistics: false, liveBufferSize: 100,
        readBatchSize: 10, bufferSize: 100, maxRetryCount: 3, preferRoundRobin: true, checkpointAfter: 0,
        maxCheckpointCount: 1_000_000, minCheckpointCount: 1_000_000, maxSubscriberCount: 0, consumerStrategy: nil
    )

    func with(_ change: (inout Self) -> Void) -> Self {
        var settings = self
        change(&settings)
        return settings
    }
}

extension Subscriber {
    /// A client for each letter.
    init(letter: Character) {
        let number = Int(letter.unicodeScalars.first?.value ?? 0)
        self.init(client: ClientID(node: 0, connection: number), correlation: GUID(0xC0, UInt64(number)))
    }

    var letter: Character { Character(UnicodeScalar(UInt8(self.client.connection))) }
}

/// A persistent subscription and the stream it reads, without a server around them.
struct GroupUnderTest {
    private(set) var group: PersistentGroup
    private var events: [GroupEvent] = []
    private(set) var parked: [String] = []
    private(set) var checkpoints: [Int64] = []
    /// What was pushed since it was last looked at: consumer, number, and how often before if at all.
    private var pushed: [String] = []

    init(
        _ settings: PersistentSubscriptionSettings = .tested,
        _ strategy: ConsumerStrategy = .roundRobin,
        checkpoint: Int64? = nil,
        count: Int = 0
    ) {
        self.group = PersistentGroup(GroupTerms("s", "g", settings, strategy), strategy, checkpoint: checkpoint)
        for _ in 0..<count { self.addEvent() }
        self.act { $0.start() }
    }

    static func id(_ number: Int64) -> GUID { GUID(0xE7, UInt64(bitPattern: number)) }

    @discardableResult
    private mutating func addEvent(source: String = "s") -> GroupEvent? {
        let number = Int64(self.events.count)
        let isLink = source != "s"
        let record = EventRecord(
            stream: Bytes(utf8: "s"), number: number, id: Self.id(number), type: Bytes(utf8: isLink ? "$>" : "T"),
            isJSON: false, data: Bytes(utf8: isLink ? "0@\(source)" : ""), metadata: Bytes(), created: 0)
        guard let event = GroupEvent(ResolvedRecord(event: isLink ? nil : record, link: isLink ? record : nil)) else {
            return nil
        }
        self.events.append(event)
        return event
    }

    /// Lets something happen and does what the group says.
    mutating func act(now: Int64 = 0, _ change: (inout PersistentGroup) -> [PersistentGroup.Action]) {
        var actions = change(&self.group)[...]
        while let action = actions.popFirst() {
            switch action {
            case .push(let event, let consumer):
                let retries = event.retryCount == 0 ? "" : "+\(event.retryCount)"
                self.pushed.append("\(consumer.letter)\(event.number)\(retries)")
            case .park(let event, let reason): self.parked.append("\(event.number): \(reason)")
            case .saveCheckpoint(let number): self.checkpoints.append(number)
            case .read(let from, let count):
                let page = Array(self.events.dropFirst(Int(from)).prefix(Int(count)))
                let next = from + Int64(page.count)
                let isEnd = next >= self.events.count
                actions += self.group.pageRead(page, next: next, isEnd: isEnd, now: now)
            }
        }
    }

    mutating func commit(_ count: Int = 1, source: String = "s") {
        for _ in 0..<count {
            if let event = self.addEvent(source: source) { self.act { $0.committed(event, now: 0) } }
        }
    }

    mutating func join(_ letter: Character, limit: Int = 10) {
        let consumer = Consumer(
            id: Subscriber(letter: letter), user: nil, address: "", isNarrow: false, limit: limit)
        self.act { $0.join(consumer, now: 0) }
    }

    mutating func leave(_ letter: Character) {
        self.act { $0.leave(Subscriber(letter: letter), now: 0) }
    }

    mutating func ack(_ numbers: Int64..., by letter: Character = "a") {
        self.act { $0.acknowledge(numbers.map(Self.id), by: Subscriber(letter: letter), now: 0) }
    }

    mutating func nak(
        _ action: PersistentSubscriptionNakEvents.Action, _ numbers: Int64..., by letter: Character = "a"
    ) {
        self.act {
            $0.refuse(numbers.map(Self.id), action, reason: "why", by: Subscriber(letter: letter), now: 0)
        }
    }

    mutating func tick(now: Int64) {
        self.act(now: now) { $0.tick(now: now) }
    }

    mutating func info(now: Int64 = 0) -> GroupInfo { self.group.info(now: now) }

    /// What was pushed since the last time.
    mutating func pushes() -> String {
        defer { self.pushed = [] }
        return self.pushed.joined(separator: " ")
    }
}
