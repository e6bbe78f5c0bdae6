internal import PhotonPumpWire

extension EmbeddedServer {
    /// What a client is told when its subscription ends.
    public enum DropReason: Sendable, Hashable, CaseIterable {
        case unsubscribed
        case accessDenied
        /// There is no such persistent subscription.
        case notFound
        /// The persistent subscription has been deleted.
        case deleted
        /// The persistent subscription has as many consumers as it may.
        case tooManySubscribers
    }

    /// Ends all subscriptions on this server, volatile and persistent, and tells their clients so. The connections stay.
    public func dropSubscriptions(_ reason: DropReason = .unsubscribed) {
        self.commons.assumeIsolated { $0.dropSubscriptions(on: self.number, reason.wireValue) }
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
