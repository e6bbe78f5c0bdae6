internal import PhotonPumpWire

/// Hears what the server pushes under a correlation id. All calls come on the client's queue.
protocol Subscriber: AnyObject, Sendable {
    /// Something has come; ``settle()`` follows.
    func received(_ package: Package, from endpoint: String)

    /// What came together has been received.
    func settle()

    /// Nothing will come under this id any more: the connection is lost or closed.
    func ended(_ error: PhotonPumpError)
}

/// Those who hear what the server pushes, by correlation id. It holds them weakly: whoever goes says so to the server.
struct Subscribers {
    private struct Entry {
        weak var subscriber: (any Subscriber)?
    }

    private var entries: [GUID: Entry] = [:]
    /// Who has received something since it last settled.
    private var unsettled: [any Subscriber] = []

    var count: Int { self.entries.count }

    subscript(id: GUID) -> (any Subscriber)? { self.entries[id]?.subscriber }

    mutating func add(_ subscriber: any Subscriber, _ id: GUID) {
        self.entries[id] = Entry(subscriber: subscriber)
    }

    /// - Returns: whether it was there.
    mutating func remove(_ id: GUID) -> Bool {
        self.entries.removeValue(forKey: id) != nil
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

    mutating func removeAll() -> [any Subscriber] {
        defer { self = Self() }
        return self.entries.values.compactMap(\.subscriber)
    }
}
