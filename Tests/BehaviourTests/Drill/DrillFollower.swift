import Foundation
import PhotonPump
import PhotonPumpWire
import Synchronization

/// Follows a stream behind a checkpoint in a file. Where the nodes cut off what it has read, it begins again: a checkpoint
/// that lies in what is gone may lie before what was written since.
final class DrillFollower: Sendable {
    private struct State {
        var follower: RestartedFollower
        var began = ContinuousClock.now
        var beginnings = 1
        /// Those of the earlier ones.
        var runs = 0
    }

    private let client: Client
    private let stream: String
    private let directory: URL
    private let seed: UInt64
    private let truncations: DrillTruncations
    private let state: Mutex<State>

    init(_ client: Client, stream: String, directory: URL, seed: UInt64, _ truncations: DrillTruncations) {
        (self.client, self.stream, self.directory, self.seed) = (client, stream, directory, seed)
        self.truncations = truncations
        self.state = Mutex(
            State(
                follower: RestartedFollower(
                    client, stream: stream, path: directory.appending(path: "1.checkpoint").path, seed: seed)))
    }

    /// What the last one has read.
    var ids: [UUID] { self.state.withLock { $0.follower }.result.ids }
    var runs: Int { self.state.withLock { $0.runs + $0.follower.result.runs.values.reduce(0, +) } }
    var beginnings: Int { self.state.withLock { $0.beginnings } }

    func run(_ clock: DrillClock) async throws {
        while clock.goesOn {
            let (follower, began) = self.state.withLock { ($0.follower, $0.began) }
            do {
                try await follower.run(until: .now + .seconds(1))
            } catch let error where !(error is CancellationError) {
                guard try await self.truncations.explain(error, after: began) else { throw error }
            }
            self.beginAgainIfNeeded()
        }
    }

    /// Runs until it has come to an event, or that takes too long.
    func catchUp(to last: Int64, atMost limit: Duration) async throws {
        self.beginAgainIfNeeded()
        try await self.state.withLock { $0.follower }.catchUp(to: last, atMost: limit)
    }

    private func beginAgainIfNeeded() {
        guard self.truncations.happened(after: self.state.withLock { $0.began }) else { return }
        self.state.withLock { state in
            state.beginnings += 1
            state.runs += state.follower.result.runs.values.reduce(0, +)
            let path = self.directory.appending(path: "\(state.beginnings).checkpoint").path
            state.follower = RestartedFollower(
                self.client, stream: self.stream, path: path, seed: self.seed &+ UInt64(state.beginnings) &- 1)
            state.began = .now
        }
    }
}
