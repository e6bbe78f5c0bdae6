internal import PhotonPumpWire

/// All persistent subscriptions, by their ids.
struct PersistentGroups {
    private var byID: [String: PersistentGroup] = [:]
    /// In the order in which they were created.
    private var idsByStream: [StreamName: [String]] = [:]

    var isEmpty: Bool { self.byID.isEmpty }
    var ids: [String] { self.byID.keys.sorted() }
    var all: [PersistentGroup] { self.ids.compactMap { self.byID[$0] } }

    subscript(id: String) -> PersistentGroup? { self.byID[id] }

    func ids(of stream: StreamName) -> [String] { self.idsByStream[stream] ?? [] }

    mutating func add(_ group: PersistentGroup) {
        self.byID[group.terms.id] = group
        self.idsByStream[group.stream, default: []].append(group.terms.id)
    }

    /// Ends a group.
    ///
    /// - Returns: its connected consumers.
    mutating func remove(_ id: String) -> [Subscriber] {
        guard let group = self.byID.removeValue(forKey: id) else { return [] }
        self.idsByStream[group.stream]?.removeAll { $0 == id }
        if self.idsByStream[group.stream]?.isEmpty ?? false { self.idsByStream[group.stream] = nil }
        return Array(group.members)
    }

    /// Changes a group in place.
    mutating func update(
        _ id: String, _ change: (inout PersistentGroup) -> [PersistentGroup.Action]
    ) -> [PersistentGroup.Action] {
        guard let index = self.byID.index(forKey: id) else { return [] }
        return change(&self.byID.values[index])
    }

    /// Nil if there is no such group.
    mutating func info(of id: String, now: Int64) -> GroupInfo? { self.byID[id]?.info(now: now) }

    /// The reports about all groups.
    mutating func infos(now: Int64) -> [GroupInfo] { self.ids.compactMap { self.info(of: $0, now: now) } }

    /// The matching consumers, with their groups.
    func consumers(where isMeant: (Subscriber) -> Bool) -> [(group: String, consumer: Subscriber)] {
        self.byID.inOrder.flatMap { id, group in
            group.members.filter(isMeant).map { (id, $0) }
        }
    }
}
