internal import PhotonPumpWire

/// How a persistent subscription chooses the consumer for an event.
enum ConsumerStrategy: String {
    case roundRobin = "RoundRobin"
    /// One consumer until it is full, then the next.
    case dispatchToSingle = "DispatchToSingle"
    /// Events of the same stream go to the same consumer for as long as it is connected.
    case pinned = "Pinned"

    /// Nil for a name that servers do not know.
    init?(_ settings: PersistentSubscriptionSettings) {
        if let name = settings.consumerStrategy, !name.isEmpty {
            self.init(rawValue: name)
        } else {
            self = settings.preferRoundRobin ? .roundRobin : .dispatchToSingle
        }
    }
}
