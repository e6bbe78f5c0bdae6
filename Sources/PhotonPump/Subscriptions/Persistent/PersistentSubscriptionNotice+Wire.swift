internal import PhotonPumpWire

extension PersistentSubscriptionState.Notice {
    func post(_ client: any SubscriptionHost, login: Login?) {
        switch self.kind {
        case .acknowledgement:
            let message = PersistentSubscriptionAckEvents(subscriptionID: self.subscription, eventIDs: self.ids)
            client.post(message, .persistentSubscriptionAckEvents, self.connection, login: login)
        case .refusal(let action, let reason):
            let message = PersistentSubscriptionNakEvents(
                subscriptionID: self.subscription, eventIDs: self.ids, message: reason, action: action.wireValue)
            client.post(message, .persistentSubscriptionNakEvents, self.connection, login: login)
        }
    }
}

extension PersistentSubscription.RefusalAction {
    fileprivate var wireValue: PersistentSubscriptionNakEvents.Action {
        switch self {
        case .park: .park
        case .retry: .retry
        case .skip: .skip
        case .stop: .stop
        }
    }
}
