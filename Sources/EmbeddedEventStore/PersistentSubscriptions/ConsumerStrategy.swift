internal import PhotonPumpWire

/// How a persistent subscription chooses who gets an event.
enum ConsumerStrategy: String {
    case roundRobin = "RoundRobin"
    /// One consumer until it can take no more, then the next.
    case dispatchToSingle = "DispatchToSingle"
    /// Events of the same stream go to the same consumer as long as it is there.
    case pinned = "Pinned"

    /// Nil for a name that no server knows.
    init?(_ settings: PersistentSubscriptionSettings) {
        if let name = settings.consumerStrategy, !name.isEmpty {
            self.init(rawValue: name)
        } else {
            self = settings.preferRoundRobin ? .roundRobin : .dispatchToSingle
        }
    }
}
