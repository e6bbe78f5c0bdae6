/// What connections that have not logged in make a server hold, all together; a value.
struct AnonymousBudget {
    private let limit: Int
    private var holdings: [Int: Int] = [:]
    private var total = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// A connection holds this many bytes from now on.
    mutating func set(_ count: Int, for connection: Int) {
        self.total += count - (self.holdings[connection] ?? 0)
        self.holdings[connection] = count == 0 ? nil : count
    }

    /// Who has to go for the others: nobody while there is room, and otherwise who holds most, so that nobody is harmed by
    /// what another one does.
    var excessive: Int? {
        guard self.total > self.limit else { return nil }
        return self.holdings.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
    }
}
