/// An order, as its events tell it.
struct Order: Codable {
    enum Stage: String, Codable {
        case placed, paid, cancelled
    }

    let customer: String
    let amount: Int
    private(set) var stage = Stage.placed
    private(set) var reason: String?

    /// - Returns: nil if there is none.
    init?(_ events: [OrderEvent]) {
        guard case .placed(let placed)? = events.first else { return nil }
        (self.customer, self.amount) = (placed.customer, placed.amount)
        for event in events.dropFirst() { self.apply(event) }
    }

    mutating func apply(_ event: OrderEvent) {
        switch event {
        case .placed: break
        case .paid: self.stage = .paid
        case .cancelled(let cancelled): (self.stage, self.reason) = (.cancelled, cancelled.reason)
        }
    }
}

enum OrderProblem: Error {
    case isUnknown
    case isPaid
    /// There is another order with this id.
    case isTaken
}
