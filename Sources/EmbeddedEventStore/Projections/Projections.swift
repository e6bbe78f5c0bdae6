/// The projections of a server, by name.
struct Projections {
    /// The most that there can be.
    static let limit = 1_000

    private var byName: [String: Projection]

    /// - Parameter standard: whether there are those that every server brings along, and they run.
    init(standard: Bool) {
        self.byName = standard ? Dictionary(uniqueKeysWithValues: Self.standard.map { ($0.name, $0) }) : [:]
    }

    private static var standard: [Projection] {
        let byDash = "first\r\n-"
        return [
            ("$streams", "IndexStreams", ""), ("$stream_by_category", "CategorizeStreamByPath", byDash),
            ("$by_category", "CategorizeEventsByStreamPath", byDash), ("$by_event_type", "IndexEventsByEventType", ""),
        ].map { name, type, query in
            let terms = Projection.Terms(type: ProjectionKind.nativeType(type), query: query, emits: true)
            return Projection(name, .continuous, terms, owner: nil, enabled: true)
        }
    }

    var all: [Projection] { self.byName.values.sorted { $0.name < $1.name } }

    subscript(name: String) -> Projection? { self.byName[name] }

    /// - Returns: false if there is one of this name.
    mutating func add(_ projection: Projection) -> Bool {
        guard self.byName[projection.name] == nil else { return false }
        self.byName[projection.name] = projection
        return true
    }

    var isFull: Bool { self.byName.count >= Self.limit }

    /// The master has started: ad-hoc queries are gone with the one before.
    mutating func dropTransient() {
        self.byName = self.byName.filter { $0.value.mode != .transient }
    }

    mutating func remove(_ name: String) {
        self.byName[name] = nil
    }

    mutating func update(_ name: String, _ change: (inout Projection) -> Void) {
        guard let index = self.byName.index(forKey: name) else { return }
        change(&self.byName.values[index])
    }

    /// The index of the first entry of the log that a running projection has not handled; nil if none runs.
    var pending: Int? { self.byName.values.lazy.filter(\.isRunning).map(\.next).min() }

    /// - Returns: what is to be written, in the order of the projections' names.
    mutating func handle(_ entry: EventLog.Entry, at index: Int, of stream: StreamName) -> [ProjectionKind.Emission] {
        var emissions: [(name: String, emission: ProjectionKind.Emission)] = []
        for place in self.byName.values.indices
        where self.byName.values[place].isRunning && self.byName.values[place].next == index {
            guard let emission = self.byName.values[place].handle(entry, of: stream) else { continue }
            emissions.append((self.byName.values[place].name, emission))
        }
        return emissions.sorted { $0.name < $1.name }.map(\.emission)
    }

    /// Every running one has handled everything.
    mutating func endReached() {
        for place in self.byName.values.indices { self.byName.values[place].endReached() }
    }
}
