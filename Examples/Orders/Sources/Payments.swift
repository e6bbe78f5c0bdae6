import PhotonPump
import PhotonPumpAdmin

struct IsDeclined: Error, CustomStringConvertible {
    let customer: String
    var description: String { "the bank declines \(self.customer)" }
}

/// Has orders paid: any number of processes share the work.
struct Payments {
    private static let group = "payments"

    let orders: Orders
    /// Asks the bank, which must do nothing when it is asked for the second time.
    let charge: @Sendable (OrderPlaced) async throws -> Void

    func worker() -> Worker {
        var settings = PersistentSubscriptionSettings()
        settings.startFrom = .start
        settings.resolveLinks = true
        return self.orders.client.worker(
            of: Self.group, to: Orders.category, creatingWith: settings, name: Self.group, maxConcurrent: 8,
            partitionedBy: \.stream,
            onError: { _, event in event.retryCount < 2 ? .retry : .park },
            handler: { event in
                guard case .placed(let order) = try event.decoded(by: OrderEvent.types).get() else { return }
                try await self.charge(order)
                try await self.orders.pay(event.stream)
            }
        )
    }

    /// Cancels the orders whose payment was given up.
    ///
    /// If this ends in between, the next call goes on: to cancel an order twice does nothing.
    ///
    /// - Returns: why, for each of them.
    func drain() async throws -> [String] {
        let admin = Admin(self.orders.client)
        var reasons: [String] = []
        for try await parked in admin.subscriptions.parkedEvents(of: Self.group, to: Orders.category) {
            let reason = parked.reason ?? "nobody knows"
            if let event = parked.event.event {
                do {
                    try await self.orders.cancel(event.stream, because: reason)
                    reasons.append(reason)
                } catch OrderProblem.isPaid {
                    // It was delivered again, and paid then.
                }
            }
            try await admin.subscriptions.deleteParkedEvents(
                of: Self.group, to: Orders.category, upTo: parked.event.received.number)
        }
        return reasons
    }
}
