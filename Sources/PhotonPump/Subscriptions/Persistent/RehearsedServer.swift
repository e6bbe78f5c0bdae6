internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// What a persistent subscription takes for its client and server: it delivers events once, and remembers what is decided
/// about them.
final class RehearsedServer: SubscriptionHost {
    private struct State {
        weak var subscriber: (any Subscriber)?
        var decisions: [GUID: SubscriptionRehearsal.Decision] = [:]
    }

    let environment = Environment.system
    let logger = Logger(label: "PhotonPump.SubscriptionRehearsal") { _ in SwiftLogNoOpLogHandler() }
    let metrics: ClientMetrics? = nil
    let tracing: ClientTracing? = nil
    let connectionNumber = 1
    private let events: [DeliveredEvent]
    private let executor: QueueExecutor
    private let state = Mutex(State())

    init(_ events: [DeliveredEvent]) {
        self.events = events
        self.executor = self.environment.executor(label: "PhotonPump.SubscriptionRehearsal")
    }

    var decisions: [SubscriptionRehearsal.Decision?] {
        self.state.withLock { state in self.events.map { state.decisions[$0.acknowledgedID] } }
    }

    // MARK: The server

    /// The only request is that to connect.
    func begin(_ exchange: Exchange) {
        let confirmation = PersistentSubscriptionConfirmation(
            lastCommitPosition: 0, subscriptionID: "rehearsal", lastEventNumber: nil)
        let package = Package(.persistentSubscriptionConfirmation, exchange.id, payload: confirmation.encoded())
        _ = exchange.received(package, from: "rehearsal")
        guard let subscriber = self.subscriber else { return }
        for event in self.events {
            let record = ResolvedRecord(event: event.resolved.event?.record, link: event.resolved.link?.record)
            let message = PersistentSubscriptionStreamEventAppeared(
                event: record, retryCount: Int32(clamping: event.retryCount))
            subscriber.received(
                Package(.persistentSubscriptionStreamEventAppeared, exchange.id, payload: message.encoded()),
                from: "rehearsal")
        }
        subscriber.receivedAll()
        self.endIfDecided()
    }

    func confirmed(_ id: GUID, for subscriber: (any Subscriber)?) {
        self.state.withLock { $0.subscriber = subscriber }
    }

    func post(_ message: any WireMessage, _ command: Command, _ id: GUID, login: Login?) {
        let (ids, decision): ([GUID], SubscriptionRehearsal.Decision)
        switch message {
        case let message as PersistentSubscriptionAckEvents: (ids, decision) = (message.eventIDs, .acknowledged)
        case let message as PersistentSubscriptionNakEvents:
            (ids, decision) = (message.eventIDs, .refused(.init(message.action), reason: message.message))
        default: return
        }
        self.state.withLock { state in
            for id in ids { state.decisions[id] = decision }
        }
        self.endIfDecided()
    }

    func endSubscription(_ id: GUID) { self.tell { $0.unsubscribed() } }

    private func endIfDecided() {
        if !self.decisions.contains(nil) { self.tell { $0.drain(nil) } }
    }

    private var subscriber: (any Subscriber)? { self.state.withLock { $0.subscriber } }

    /// Not at once: the subscriber is in the midst of something.
    private func tell(_ body: @escaping @Sendable (any Subscriber) -> Void) {
        self.executor.run(here: false) { self.subscriber.map(body) }
    }

    // MARK: The client

    var isOver: Bool { false }
    var isClosing: Bool { false }
    func closedError(_ words: String) -> PhotonPumpError { PhotonPumpError(.clientClosed, words) }
    func nextID() -> GUID { self.environment.newID() }

    func terms(_ options: CallOptions) throws(PhotonPumpError) -> CallTerms {
        CallTerms(until: self.environment.now + CallTerms.longest, as: nil, self.environment)
    }

    func run(after delay: Duration, _ body: @escaping @Sendable () -> Void) {
        self.environment.run(after: delay, on: self.executor, body)
    }

    func work<Output: Sendable>(
        _ body: () async -> Output, stop: @escaping @Sendable (PhotonPumpError?) -> Void
    ) async -> Output {
        await body()
    }

    func pause(_ id: GUID, for duration: Duration, _ report: @escaping @Sendable () -> Void) {
        self.run(after: duration, report)
    }

    func cancelPause(_ id: GUID) {}
    func cancel(_ id: GUID) {}
    func advance(_ iteration: GUID) {}
    func end(_ iteration: GUID) {}
}

extension PersistentSubscription.RefusalAction {
    fileprivate init(_ action: PersistentSubscriptionNakEvents.Action) {
        self =
            switch action {
            case .park: .park
            case .skip: .skip
            case .stop: .stop
            default: .retry
            }
    }
}
