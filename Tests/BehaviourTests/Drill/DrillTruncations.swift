import PhotonPump
import Synchronization

/// A part of a node's log that it cuts off, because the master that was elected does not have it.
struct DrillTruncation: Hashable {
    /// From 1.
    let node: Int
    /// Of positions.
    let range: Range<Int64>
}

/// What nodes have cut off, in the order it was noticed.
///
/// A real node that comes back asks for a vote, and another one can be elected although the master is well; and a master
/// that was suspended or cut off learns only later that it is none any more. Until then it confirms writes, and readers see
/// them; then it cuts them off its log, and says so. No client can repair that. What the nodes do not say to have cut off,
/// however, must be there.
final class DrillTruncations: Sendable {
    private struct Notice {
        let truncation: DrillTruncation
        let moment: ContinuousClock.Instant
    }

    /// How long it takes at most until a node has learned that it has what the master does not, or until those who have
    /// seen that are surprised.
    private static let patience = Duration.seconds(60)

    /// How long it takes at most, on a busy machine, to read a confirmation.
    private static let delay = Duration.seconds(5)

    private let nodes: any DrillNodes
    private let notices = Mutex<[Notice]>([])

    init(_ nodes: any DrillNodes) {
        self.nodes = nodes
    }

    var count: Int { self.notices.withLock { $0.count } }

    /// Looks again and again while the drill goes on.
    func watch(_ clock: DrillClock) async throws {
        while clock.goesOn {
            try await self.look()
            // What is in the log of a real node can only be asked.
            try await Task.sleep(for: .seconds(1))
        }
    }

    func look() async throws {
        let truncations = try await self.nodes.truncations
        let news = self.notices.withLock { notices in
            // Of two looks at once, the one that began first can end last.
            let news = truncations.subtracting(notices.map(\.truncation))
            notices += news.map { Notice(truncation: $0, moment: .now) }
            return news
        }
        for truncation in news {
            sayDuringDrill("node \(truncation.node) has cut its log off: \(truncation.range) is gone")
        }
    }

    /// Whether one was noticed after this moment.
    func happened(after moment: ContinuousClock.Instant) -> Bool {
        self.notices.withLock { $0.contains { $0.moment > moment } }
    }

    /// Whether one is noticed that explains what has just been seen by somebody for whom all was well at this moment.
    func explain(_ surprise: any Error, after moment: ContinuousClock.Instant) async throws -> Bool {
        // One that did no harm for longer than that explains nothing.
        let (moment, end) = (max(moment, .now - Self.patience), ContinuousClock.now + Self.patience)
        while !self.happened(after: moment), ContinuousClock.now < end {
            try await self.look()
            try await Task.sleep(for: .milliseconds(250))
        }
        let isExplained = self.happened(after: moment)
        sayDuringDrill("\(isExplained ? "explained by what was cut off" : "unexplained"): \(surprise)")
        return isExplained
    }

    /// Whether something was cut off after it had been confirmed: or a moment before, and after it had been sent. A master
    /// that learns that it is none any more confirms what still waits, and the confirmation can be read after its log.
    func include(_ confirmation: DrillBooks.Confirmation) -> Bool {
        let earliest = max(confirmation.began, confirmation.moment - Self.delay)
        return self.notices.withLock {
            $0.contains { $0.moment > earliest && $0.truncation.range.overlaps(confirmation.positions) }
        }
    }
}

extension [DrillTruncation] {
    /// What is there more often than in the other one.
    fileprivate func subtracting(_ others: Self) -> Self {
        var left: [DrillTruncation: Int] = [:]
        for other in others { left[other, default: 0] += 1 }
        return self.filter { truncation in
            left[truncation, default: 0] -= 1
            return left[truncation, default: 0] < 0
        }
    }
}
