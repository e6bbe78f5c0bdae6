internal import PhotonPumpWire

/// Receives what the server pushes under a correlation id. All calls are made on the client's queue.
protocol Subscriber: AnyObject, Sendable {
    /// The command that brings its events.
    var pushCommand: Command { get }

    /// Events have arrived, one right after another; ``receivedAll()`` follows.
    func received(_ events: [PushedRecord], under id: GUID, from endpoint: String)

    /// Another package has arrived, or an event that cannot be read; ``receivedAll()`` follows.
    func received(_ package: Package, from endpoint: String)

    /// All packages that arrived together have been passed on.
    func receivedAll()

    /// Nothing more will arrive under this id: the connection was lost or closed.
    func ended(_ error: PhotonPumpError)

    /// The server has confirmed that this subscriber is no longer subscribed, as it wished; or the connection has ended.
    func unsubscribed()

    /// The client closes at once: anything the server must still be told has to be posted now.
    func flush()

    /// The client will close as soon as those who wait for something have it: time to finish.
    ///
    /// - Parameter error: what the consumer should receive instead of the end, if it should.
    func drain(_ error: PhotonPumpError?)

    /// Whether there is still something to do before that, besides what belongs to this work.
    func isBusy(besides own: Work?) -> Bool
}

extension Subscriber {
    func unsubscribed() {}
    func flush() {}
    func drain(_ error: PhotonPumpError?) {}
    func isBusy(besides own: Work?) -> Bool { false }
}

/// The receivers of what the server pushes, by correlation id. They are held weakly: a subscriber that leaves tells the
/// server itself.
struct Subscribers {
    private struct Entry {
        weak var subscriber: (any Subscriber)?
    }

    /// Servers confirm at once that a subscriber has left. Of one that does not, this many are waited for, and then none
    /// of those who have left so far.
    static let endingLimit = 10_000

    /// Those that wait before they try again.
    let pauses = Pauses()
    private var entries: [GUID: Entry] = [:]
    /// Subscribers that have left, until the server confirms it.
    private var ending: [GUID: Entry] = [:]
    /// Subscribers that have received something since they were last told that this was all.
    private var receivers: [any Subscriber] = []
    /// Events come in long runs for one subscriber, who is not troubled with each of them.
    private var run: PushRun?
    private var decoder = PushDecoder()

    var count: Int { self.entries.count }

    /// The current subscribers.
    var present: [any Subscriber] { self.entries.inOrder.compactMap(\.value.subscriber) }

    /// Whether no subscriber is busy, except for what belongs to this work, or waiting for the server to confirm that it
    /// left. A deallocated one has posted its message already.
    func isQuiet(besides own: Work? = nil) -> Bool {
        self.ending.isEmpty
            && self.entries.values.allSatisfy { $0.subscriber.map { !$0.isBusy(besides: own) } ?? false }
    }

    /// Whether there is an entry, even of a subscriber that was deallocated and whose message is still on its way.
    func contains(_ id: GUID) -> Bool { self.entries[id] != nil }

    mutating func add(_ subscriber: any Subscriber, _ id: GUID) {
        self.entries[id] = Entry(subscriber: subscriber)
    }

    /// A subscriber leaves, and the server has to be told.
    ///
    /// - Returns: whether it was present.
    mutating func end(_ id: GUID) -> Bool {
        guard let entry = self.entries.removeValue(forKey: id) else { return false }
        if self.ending.count == Self.endingLimit {
            for (_, entry) in self.ending.inOrder { entry.subscriber?.unsubscribed() }
            self.ending = [:]
        }
        self.ending[id] = entry
        return true
    }

    /// Whether the server has yet to end it.
    func isEnding(_ id: GUID) -> Bool { self.ending[id] != nil }

    /// The server has ended the subscription of a subscriber that left.
    ///
    /// - Returns: whether that is what happened.
    mutating func confirmEnd(_ id: GUID) -> Bool {
        guard let entry = self.ending.removeValue(forKey: id) else { return false }
        entry.subscriber?.unsubscribed()
        return true
    }

    /// The receiver of what comes under this id, which is told later that this was all.
    mutating func receiver(of command: Command, _ id: GUID) -> (any Subscriber)? {
        guard let subscriber = self.entries[id]?.subscriber else { return nil }
        if command == .subscriptionDropped { self.entries[id] = nil }
        if self.receivers.last !== subscriber { self.receivers.append(subscriber) }
        return subscriber
    }

    /// The subscribers to tell that all packages which came together have been passed on.
    mutating func takeReceivers() -> [any Subscriber] {
        if self.receivers.isEmpty { return [] }
        self.decoder.rest()
        defer { self.receivers = [] }
        return self.receivers
    }

    // MARK: Runs of events

    /// Adds the event that a package brings to the run, if it belongs to it.
    mutating func collect(_ package: Package) -> Bool { self.run?.append(package, &self.decoder) ?? false }

    /// Begins a run with an event for this subscriber.
    ///
    /// - Returns: false if the package brings none that can be read.
    mutating func beginRun(with package: Package, for subscriber: any Subscriber) -> Bool {
        self.run = PushRun(package, subscriber)
        if self.collect(package) { return true }
        self.run = nil
        return false
    }

    /// Ends the run: its events have to be passed on before anything else is.
    mutating func takeRun() -> PushRun? { self.run.take() }

    /// - Returns: the current subscribers, and those that have left.
    mutating func removeAll() -> (present: [any Subscriber], leaving: [any Subscriber]) {
        defer { (self.entries, self.ending, self.receivers) = ([:], [:], []) }
        return (self.present, self.ending.inOrder.compactMap(\.value.subscriber))
    }
}
