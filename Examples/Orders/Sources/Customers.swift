import PhotonPump

/// The read model: what each customer has ordered and paid, built anew at each start.
actor Customers {
    struct Account: Codable {
        var orders = 0
        var open = 0
        var paid = 0
    }

    private(set) var accounts: [String: Account] = [:]
    /// The orders that are neither paid nor cancelled.
    private var open: [String: OrderPlaced] = [:]

    nonisolated func follower(_ client: Client) -> Worker {
        var options = SubscriptionOptions()
        options.name = "customers"
        options.resolveLinks = true
        return client.follower(
            of: Orders.category, checkpoint: MemoryCheckpointStore<Int64>(), options: options
        ) { event in
            try await self.apply(event)
        }
    }

    private func apply(_ event: ResolvedEvent) throws {
        switch try event.decoded(by: OrderEvent.types).get() {
        case .placed(let order):
            self.open[event.stream] = order
            self.accounts[order.customer, default: Account()].orders += 1
            self.accounts[order.customer, default: Account()].open += order.amount
        case .paid:
            guard let order = self.settle(event.stream) else { return }
            self.accounts[order.customer, default: Account()].paid += order.amount
        case .cancelled:
            _ = self.settle(event.stream)
        case nil:
            break
        }
    }

    private func settle(_ stream: String) -> OrderPlaced? {
        guard let order = self.open.removeValue(forKey: stream) else { return nil }
        self.accounts[order.customer, default: Account()].open -= order.amount
        return order
    }
}
