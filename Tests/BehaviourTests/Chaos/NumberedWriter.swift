import Foundation
import PhotonPump

/// Writes numbered events to one stream, in batches, at an even pace if it can.
struct NumberedWriter {
    private static let batchSize = 20
    private static let eventsPerSecond = 1_500
    private static let mostEvents = 100_000

    private let client: Client
    private let stream: String
    private(set) var journal = Journal()

    init(_ client: Client, stream: String) {
        self.client = client
        self.stream = stream
    }

    mutating func run(until end: ContinuousClock.Instant) async throws {
        let began = ContinuousClock.now
        var count = 0
        while ContinuousClock.now < end, count < Self.mostEvents {
            try await self.write((count..<count + Self.batchSize).map(Self.event))
            count += Self.batchSize
            // What could not be written for a while is made up for.
            try await Task.sleep(until: began + .seconds(1) * count / Self.eventsPerSecond)
        }
    }

    private static func event(_ number: Int) -> NewEvent {
        NewEvent(type: "Numbered", data: Payload(#"{"number":\#(number)}"#), isJSON: true)
    }

    private mutating func write(_ events: [NewEvent]) async throws {
        let (client, stream) = (self.client, self.stream)
        let ids = events.map(\.id)
        switch try await self.journal.call({ try await client.publish(events, to: stream) }) {
        case .success(let result): self.journal.wrote(ids, result)
        case .failure(let error): self.journal.failed(ids, to: stream, error)
        }
    }
}
