internal import PhotonPumpWire

/// What the subscriptions of one connection make a server hold, roughly; a value.
///
/// Servers do not mind when a client subscribes several times with one id, so neither does this.
struct SubscriptionCosts {
    /// Of each, besides what its request says.
    private static let overhead = 1 << 10

    private var costs: [GUID: [Int]] = [:]
    private(set) var total = 0

    /// The server has answered a request.
    mutating func answered(_ request: Package, with answer: Command) {
        switch answer {
        case .subscriptionConfirmation, .persistentSubscriptionConfirmation:
            let cost = request.payload.count + Self.overhead
            self.costs[request.correlation, default: []].append(cost)
            self.total += cost
        case .subscriptionDropped: self.dropped(request.correlation)
        default: break
        }
    }

    /// The latest subscription with this id has ended.
    mutating func dropped(_ correlation: GUID) {
        guard let cost = self.costs[correlation]?.popLast() else { return }
        self.total -= cost
        if self.costs[correlation]?.isEmpty ?? false { self.costs[correlation] = nil }
    }
}
