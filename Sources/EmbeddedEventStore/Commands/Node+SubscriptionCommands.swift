internal import PhotonPumpWire

extension Node {
    /// Handles the commands that concern subscriptions.
    mutating func serveSubscriptions(_ command: Command, _ request: Request) throws(MalformedMessage) -> Answer? {
        switch command {
        case .subscribeToStream:
            return self.subscribe(try SubscribeToStream(decoding: request.payload), request)
        case .filteredSubscribeToStream where self.offersFilteredReads:
            return self.subscribe(try LegalFilteredSubscribe(request), request)
        case .unsubscribeFromStream:
            _ = try UnsubscribeFromStream(decoding: request.payload)
            return self.unsubscribe(request)
        case .persistentSubscriptionAckEvents:
            self.acknowledge(try PersistentSubscriptionAckEvents(legal: request), request)
            return nil
        case .persistentSubscriptionNakEvents:
            self.refuse(try PersistentSubscriptionNakEvents(legal: request), request)
            return nil
        default:
            return try self.serveGroups(command, request)
        }
    }

    /// Handles the commands that only the master serves.
    private mutating func serveGroups(_ command: Command, _ request: Request) throws(MalformedMessage) -> Answer? {
        switch command {
        case .connectToPersistentSubscription:
            let connect = try ConnectToPersistentSubscription(legal: request)
            return Self.refusal(command, .master, request) ?? self.connect(connect, request)
        case .createPersistentSubscription:
            let create = try CreatePersistentSubscription(decoding: request.payload)
            return Self.refusal(command, .master, request) ?? self.create(create, request)
        case .updatePersistentSubscription:
            let update = try UpdatePersistentSubscription(decoding: request.payload)
            return Self.refusal(command, .master, request) ?? self.update(update, request)
        case .deletePersistentSubscription:
            let delete = try DeletePersistentSubscription(decoding: request.payload)
            return Self.refusal(command, .master, request) ?? self.delete(delete, request)
        default:
            return .unknown(command)
        }
    }
}
