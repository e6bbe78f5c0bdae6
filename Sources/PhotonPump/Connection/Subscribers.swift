internal import PhotonPumpWire

/// Hears what the server pushes under a correlation id. All calls come on the client's queue.
protocol Subscriber: AnyObject, Sendable {
    /// Something has come; ``settle()`` follows.
    func received(_ package: Package, from endpoint: String)

    /// What came together has been received.
    func settle()

    /// Nothing will come under this id any more: the connection is lost or closed.
    func ended(_ error: PhotonPumpError)

    /// The server has confirmed that this subscriber, which wanted to, has gone; or the connection has ended.
    func left()

    /// The client closes at once: whatever the server is still to be told must be posted now.
    func flush()

    /// The client closes as soon as those who wait for something have it: time to go.
    func windUp()

    /// Whether there is still something to be done before that.
    var isBusy: Bool { get }
}

extension Subscriber {
    func left() {}
    func flush() {}
    func windUp() {}
    var isBusy: Bool { false }
}

/// Those who hear what the server pushes, by correlation id. It holds them weakly: whoever goes says so to the server.
struct Subscribers {
    private struct Entry {
        weak var subscriber: (any Subscriber)?
    }

    private var entries: [GUID: Entry] = [:]
    /// Those who have gone, until the server confirms it.
    private var leaving: [GUID: Entry] = [:]
    /// Who has received something since it last settled.
    private var unsettled: [any Subscriber] = []

    var count: Int { self.entries.count }

    /// Those who hear what comes.
    var present: [any Subscriber] { self.entries.values.compactMap(\.subscriber) }

    /// Whether nobody is busy, or about to have gone. Of one that is gone without having said so, the word is on its way.
    var isQuiet: Bool {
        self.leaving.isEmpty && self.entries.values.allSatisfy { $0.subscriber.map { !$0.isBusy } ?? false }
    }

    /// Whether there is an entry, even of a subscriber that is gone without having said so yet.
    func contains(_ id: GUID) -> Bool { self.entries[id] != nil }

    mutating func add(_ subscriber: any Subscriber, _ id: GUID) {
        self.entries[id] = Entry(subscriber: subscriber)
    }

    /// A subscriber goes, and the server is to be told.
    ///
    /// - Returns: whether it was there.
    mutating func leave(_ id: GUID) -> Bool {
        guard let entry = self.entries.removeValue(forKey: id) else { return false }
        self.leaving[id] = entry
        return true
    }

    /// The server has ended the subscription of one who had gone.
    ///
    /// - Returns: whether it was that.
    mutating func left(_ id: GUID) -> Bool {
        guard let entry = self.leaving.removeValue(forKey: id) else { return false }
        entry.subscriber?.left()
        return true
    }

    /// Who receives a package, and settles later.
    mutating func receiver(of package: Package) -> (any Subscriber)? {
        guard let subscriber = self.entries[package.correlation]?.subscriber else { return nil }
        if package.command == .subscriptionDropped { self.entries[package.correlation] = nil }
        if self.unsettled.last !== subscriber { self.unsettled.append(subscriber) }
        return subscriber
    }

    /// Who is to settle now.
    mutating func takeUnsettled() -> [any Subscriber] {
        if self.unsettled.isEmpty { return [] }
        defer { self.unsettled = [] }
        return self.unsettled
    }

    /// - Returns: those who hear what comes, and those who had gone.
    mutating func removeAll() -> (present: [any Subscriber], leaving: [any Subscriber]) {
        defer { self = Self() }
        return (self.present, self.leaving.values.compactMap(\.subscriber))
    }
}
