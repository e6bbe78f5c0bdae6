import Foundation
import PhotonPump
import Testing

/// Follows the log from its beginning, and remembers what came of each stream that it is to watch.
final class DrillReader: Sendable {
    struct State {
        var events: [String: [(number: Int64, id: UUID)]] = [:]
        var count = 0
        var last = Position.start
    }

    private let client: Client
    private let streams: Set<String>
    private let state = Observed(State())

    init(_ client: Client, of streams: Set<String>) {
        self.client = client
        self.streams = streams
    }

    var result: State { self.state.value }

    /// Reads until its task is cancelled.
    func run() async throws {
        let subscription = try await self.client.subscribeToAll(from: .start)
        for try await event in subscription.events {
            let position = try #require(event.position)
            let received = event.received
            self.state.update { state in
                #expect(state.count == 0 || position > state.last, "the log in order, each event once")
                state.last = position
                state.count += 1
                if self.streams.contains(received.stream) {
                    state.events[received.stream, default: []].append((received.number, received.id))
                }
            }
        }
    }

    /// Returns when it has come to these numbers, each the last one of a stream, or as soon as that takes too long.
    func hasCome(to ends: [String: Int64], within limit: Duration) async -> Bool {
        await self.state.wait(atMost: limit) { state in
            ends.allSatisfy { stream, number in state.events[stream]?.last.map { $0.number >= number } ?? false }
        }
    }
}
