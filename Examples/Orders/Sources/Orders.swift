import Foundation
import PhotonPump

/// What can be done with orders, each of which is a stream.
struct Orders {
    static let category = StreamName.category("order")

    let client: Client
    /// Somebody waits for the answer.
    private let options = CallOptions(timeout: .seconds(3))

    init(client: Client) {
        self.client = client
    }

    /// Places an order, once, however often it is placed: the event has the id of the order.
    ///
    /// - Returns: whether that was done for the first time.
    func place(_ id: UUID, _ order: OrderPlaced) async throws -> Bool {
        let event = try OrderEvent.types.newEvent(order, id: id)
        do {
            let result = try await self.client.publishEvent(
                event, to: Self.stream(id), expecting: .noStream, options: self.options)
            return !result.wasAlreadyWritten
        } catch let error as PhotonPumpError where error.code == .wrongExpectedVersion {
            throw OrderProblem.isTaken
        }
    }

    func find(_ id: UUID) async throws -> Order {
        var events: [OrderEvent] = []
        let stream = self.client.iter(
            Self.stream(id), missingIsEmpty: true, options: self.options)
        for try await event in stream {
            if let event = try event.decoded(by: OrderEvent.types).get() { events.append(event) }
        }
        guard let order = Order(events) else { throw OrderProblem.isUnknown }
        return order
    }

    /// Notes that an order is paid, unless it is known already, or it was cancelled meanwhile.
    func pay(_ stream: String) async throws {
        try await self.decide(on: stream) { order in
            order.stage == .placed ? OrderPaid() : nil
        }
    }

    /// Cancels an order that is not paid yet.
    func cancel(_ stream: String, because reason: String) async throws {
        try await self.decide(on: stream) { order in
            switch order.stage {
            case .placed: OrderCancelled(reason: reason)
            case .paid: throw OrderProblem.isPaid
            case .cancelled: nil
            }
        }
    }

    static func stream(_ id: UUID) -> String { "order-\(id.uuidString.lowercased())" }

    /// - Parameter decision: nil if there is nothing to write.
    private func decide(on stream: String, _ decision: (Order) throws -> (any Codable)?) async throws {
        var events: [OrderEvent] = []
        try await self.client.publish(
            to: stream, as: OrderEvent.types,
            deciding: { new in
                events += new
                guard let order = Order(events) else { throw OrderProblem.isUnknown }
                return try decision(order).map { [$0] } ?? []
            })
    }
}
