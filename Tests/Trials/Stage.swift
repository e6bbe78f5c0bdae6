import EmbeddedEventStore
import Foundation
import Logging
import PhotonPump
import PhotonPumpTransport
import PhotonPumpWire

/// What all who take part in a trial have in common.
struct Stage: Sendable {
    static let sharedStream = "shared"

    /// The ways a call may end while nodes fail.
    static let usualErrors: Set<PhotonPumpError.Code> = [.timedOut, .connectionLost, .serverTimeout]

    let plan: Trial.Plan
    let environment: Environment
    let cluster: EmbeddedCluster
    let ledger: Ledger
    /// When it ends, if it does not end by what was done.
    let end: Environment.Instant

    /// How long it goes on, without standstills.
    var elapsed: Duration { self.environment.now - self.end + self.plan.length - self.ledger.tally.standstill }

    var isOver: Bool {
        self.environment.now >= self.end || self.ledger.tally.calls >= self.plan.calls || self.hasFailed
    }
    /// There is no use in going on.
    var hasFailed: Bool { !self.ledger.isBalanced }

    func sleep(milliseconds: Int) async throws {
        try await self.environment.sleep(for: .milliseconds(milliseconds))
    }

    func client(_ adjust: (inout Client.Configuration) -> Void = { _ in }) throws -> Client {
        var configuration = try self.cluster.hastyConfiguration()
        // By default it is a random one.
        configuration.connectionName = "trial"
        adjust(&configuration)
        self.ledger.count { $0.clients += 1 }
        return try Client(
            configuration, credentials: nil, selectNode: nil, findNode: nil, logger: .silent, metrics: nil, tracer: nil,
            environment: self.environment)
    }

    /// Runs `body` until it ends, and `then` if it takes longer than so many milliseconds, which ends it one way or the
    /// other: by throwing, `body` is cancelled.
    ///
    /// - Throws: what `body` throws, unless it was cancelled.
    func run(
        _ body: @escaping @Sendable () async throws -> Void, for milliseconds: Int,
        then: @escaping @Sendable () throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return true
            }
            group.addTask {
                try await self.sleep(milliseconds: milliseconds)
                try then()
                return false
            }
            var failure: (any Error)?
            while let result = await group.nextResult() {
                switch result {
                case .success(let isOver): if isOver { group.cancelAll() }
                case .failure(let error):
                    if !(error is CancellationError) { failure = error }
                    group.cancelAll()
                }
            }
            if let failure { throw failure }
        }
    }

    /// Chances of its own for each who takes part.
    func chances(_ number: Int) -> SeededGenerator {
        var generator = SeededGenerator(seed: self.plan.seed)
        let seed = generator.next()
        return SeededGenerator(seed: seed &+ UInt64(number) &* 0x9E37_79B9)
    }
}

extension Logger {
    static let silent = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }
}

extension SeededGenerator {
    mutating func number(_ range: Range<Int>) -> Int { .random(in: range, using: &self) }

    /// Whether something happens that does once in so many times.
    mutating func once(in count: Int) -> Bool { self.number(0..<count) == 0 }

    mutating func newID() -> UUID {
        let (first, second) = (self.next(), self.next())
        func byte(_ word: UInt64, _ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: word >> (8 * index)) }
        return UUID(
            uuid: (
                byte(first, 0), byte(first, 1), byte(first, 2), byte(first, 3), byte(first, 4), byte(first, 5),
                byte(first, 6), byte(first, 7), byte(second, 0), byte(second, 1), byte(second, 2), byte(second, 3),
                byte(second, 4), byte(second, 5), byte(second, 6), byte(second, 7)
            ))
    }
}
