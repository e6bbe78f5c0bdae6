internal import PhotonPumpWire

extension EmbeddedServer {
    /// The reason that a client is given when its subscription ends.
    public enum DropReason: Sendable, Hashable, CaseIterable {
        case unsubscribed
        case accessDenied
        /// The persistent subscription does not exist.
        case notFound
        /// The persistent subscription was deleted.
        case deleted
        /// The persistent subscription already has its maximum number of consumers.
        case tooManySubscribers
    }

    /// Ends all subscriptions on this server, volatile and persistent, and notifies their clients. Connections stay open.
    public func dropSubscriptions(_ reason: DropReason = .unsubscribed) {
        self.core.assumeIsolated { $0.dropSubscriptions(on: self.number, reason.wireValue) }
    }
}

extension EmbeddedServer.DropReason {
    fileprivate var wireValue: SubscriptionDropped.Reason {
        switch self {
        case .unsubscribed: .unsubscribed
        case .accessDenied: .accessDenied
        case .notFound: .notFound
        case .deleted: .persistentSubscriptionDeleted
        case .tooManySubscribers: .subscriberMaxCountReached
        }
    }
}
