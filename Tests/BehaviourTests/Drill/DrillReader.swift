import Foundation
import PhotonPump
import Testing

/// Follows the log from its beginning, and remembers what came of each stream that it is to watch. Where the nodes cut the
/// log off that it has read, it begins again.
final class DrillReader: Sendable {
    struct State {
        var events: [String: [(number: Int64, id: UUID)]] = [:]
        var count = 0
        var last = Position.start
    }

    private struct Disorder: Error {
        let position: Position
        let last: Position
    }

    private let client: Client
    private let truncations: DrillTruncations
    private let streams: Set<String>
    private let state = Observed(State())

    init(_ client: Client, of streams: Set<String>, _ truncations: DrillTruncations) {
        self.client = client
        self.truncations = truncations
        self.streams = streams
    }

    var result: State { self.state.value }

    /// Reads until its task is cancelled.
    func run() async throws {
        while true {
            let began = ContinuousClock.now
            do {
                try await self.read()
                return
            } catch let error where !(error is CancellationError) {
                guard try await self.truncations.explain(error, after: began) else { throw error }
                self.state.update { $0 = State() }
            }
        }
    }

    private func read() async throws {
        let subscription = try await self.client.subscribeToAll(from: .start)
        for try await event in subscription.events {
            let position = try #require(event.position)
            let received = event.received
            try self.state.update { state in
                guard state.count == 0 || position > state.last else {
                    return Result<Void, any Error>.failure(Disorder(position: position, last: state.last))
                }
                state.last = position
                state.count += 1
                if self.streams.contains(received.stream) {
                    state.events[received.stream, default: []].append((received.number, received.id))
                }
                return .success(())
            }.get()
        }
    }

    /// Returns when it has come to these numbers, each the last one of a stream, or as soon as that takes too long.
    func hasCome(to ends: [String: Int64], within limit: Duration) async -> Bool {
        await self.state.wait(atMost: limit) { state in
            ends.allSatisfy { stream, number in state.events[stream]?.last.map { $0.number >= number } ?? false }
        }
    }
}
