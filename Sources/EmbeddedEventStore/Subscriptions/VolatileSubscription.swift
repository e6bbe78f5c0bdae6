internal import PhotonPumpWire

/// What a subscriber wants of the events that are committed from now on.
struct VolatileSubscription {
    let subscriber: Subscriber
    /// Empty for all streams.
    let stream: StreamName
    let resolvesLinks: Bool
    /// Whether the client knows only 32-bit event numbers.
    let isNarrow: Bool
    /// Counted up from one subscription to the next.
    var order = 0
    var filter: EventFilter?
    var checkpoints: CheckpointCounter?

    /// Adds what the subscriber receives of an event.
    mutating func committed(_ event: CommittedEvent, _ forms: inout EventForms, collect: inout [Delivery]) {
        let fits = self.filter?.fits(event.record) ?? true
        // What a filter did not look at is not behind a checkpoint.
        if self.filter?.isSpent ?? false { return }
        if fits {
            let content = forms.content(resolved: self.resolvesLinks, narrow: self.isNarrow, of: event)
            collect.append(Delivery(subscriber: self.subscriber, content: content))
        }
        if self.checkpoints?.eventPassed() ?? false {
            let checkpoint = CheckpointReached(
                commitPosition: event.position.commit, preparePosition: event.position.prepare)
            collect.append(Delivery(subscriber: self.subscriber, content: .message(checkpoint, .checkpointReached)))
        }
    }
}

/// What subscribers are sent of one event. Of several the first one makes it, and the others share the bytes.
struct EventForms {
    private let isShared: Bool
    /// By what was asked for.
    private var made: [(resolved: Bool, narrow: Bool, content: Answer)] = []

    /// - Parameter subscribers: how many there are.
    init(subscribers: Int) {
        self.isShared = subscribers > 1
    }

    mutating func content(resolved: Bool, narrow: Bool, of event: CommittedEvent) -> Answer {
        if let form = self.made.first(where: { $0.resolved == resolved && $0.narrow == narrow }) { return form.content }
        var record = resolved ? event.resolved : ResolvedRecord(event: event.record, link: nil)
        if narrow { record = record.narrowed }
        let positioned = PositionedRecord(
            record: record, commitPosition: event.position.commit, preparePosition: event.position.prepare)
        let message = StreamEventAppeared(event: positioned)
        guard self.isShared else { return .message(message, .streamEventAppeared) }
        let content = Answer(command: .streamEventAppeared, content: .payload(message.encoded()))
        self.made.append((resolved, narrow, content))
        return content
    }
}

/// An event that has just become visible.
struct CommittedEvent {
    let record: EventRecord
    /// The event with the target, if it is a link.
    let resolved: ResolvedRecord
    let position: LogPosition
}

/// Counts the events that a filtered subscription has seen, whether or not they match.
struct CheckpointCounter {
    private let interval: Int32
    private var passed: Int32 = 0

    /// Nil for a client that wants no checkpoints.
    init?(interval: Int32) {
        guard interval > 0 else { return nil }
        self.interval = interval
    }

    /// Whether a checkpoint is due after this event.
    mutating func eventPassed() -> Bool {
        self.passed += 1
        guard self.passed == self.interval else { return false }
        self.passed = 0
        return true
    }
}

extension ResolvedRecord {
    /// The same for a client that knows only 32-bit numbers: a tombstone has the largest of those.
    var narrowed: ResolvedRecord {
        ResolvedRecord(event: self.event.map(\.narrowed), link: self.link.map(\.narrowed))
    }
}

extension EventRecord {
    fileprivate var narrowed: EventRecord {
        guard self.number == StreamHistory.deletedNumber else { return self }
        return EventRecord(
            stream: self.stream, number: Int64(Int32.max), id: self.id, type: self.type, isJSON: self.isJSON,
            data: self.data, metadata: self.metadata, created: self.createdTicks / 10_000
        )
    }
}
