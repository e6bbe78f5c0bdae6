import PhotonPump

struct OrderPlaced: Codable {
    let customer: String
    let amount: Int
}

struct OrderPaid: Codable {}

struct OrderCancelled: Codable {
    let reason: String
}

enum OrderEvent {
    case placed(OrderPlaced)
    case paid(OrderPaid)
    case cancelled(OrderCancelled)

    static let types = EventTypes<OrderEvent>()
        .adding("OrderPlaced", OrderEvent.placed)
        .adding("OrderPaid", OrderEvent.paid)
        .adding("OrderCancelled", OrderEvent.cancelled)
}
