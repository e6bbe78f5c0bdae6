import Foundation
import PhotonPump
import PhotonPumpTransport
import PhotonPumpWire

/// Makes calls, and sees that each ends in time, and in a way that a call may end while nodes fail.
struct Caller {
    enum Outcome<Output> {
        case success(Output)
        case failure(PhotonPumpError)
        case cancelled
    }

    private struct TimeIsUp: Error {}

    let stage: Stage
    var chances: SeededGenerator
    /// Errors that are none in the eyes of who calls.
    private let usual: Set<PhotonPumpError.Code>
    /// When the last answer came, by a clock that does not count standstills.
    private var lastAnswer: Duration?

    init(_ stage: Stage, number: Int, usual: Set<PhotonPumpError.Code> = []) {
        self.stage = stage
        self.chances = stage.chances(number)
        self.usual = usual.union(Stage.usualErrors)
    }

    /// - Parameters:
    ///   - what: what is called, for complaints.
    ///   - pages: how many requests with a time limit of their own it may take.
    ///   - expected: errors that may be right.
    ///   - body: makes the call with these options.
    mutating func call<Output: Sendable>(
        _ what: String, pages: Int = 1, _ expected: Set<PhotonPumpError.Code> = [],
        _ body: @escaping @Sendable (CallOptions) async throws -> Output
    ) async throws -> Outcome<Output> {
        let isHasty = self.chances.once(in: 4)
        let limit: Duration = isHasty ? .milliseconds(self.chances.number(20..<400)) : .seconds(3)
        let patience = self.chances.once(in: 15) ? Duration.milliseconds(self.chances.number(0..<200)) : nil
        let (stage, ledger) = (self.stage, self.stage.ledger)
        let began = stage.elapsed
        let outcome = try await self.outcome(what, expected, cancelledAfter: patience) {
            try await body(CallOptions(timeout: limit))
        }
        let time = stage.elapsed - began
        if time > limit * pages + self.stage.plan.tolerance {
            ledger.complain("\(what) with a limit of \(limit.words) for each of \(pages) took \(time.words)")
        }
        let outage = self.outage(outcome, began: began)
        ledger.count { tally in
            tally.longestCall = max(tally.longestCall, time)
            tally.longestOutage = max(tally.longestOutage, outage)
        }
        return outcome
    }

    /// How long there was no answer when this one came; zero if it is none.
    private mutating func outage(_ outcome: Outcome<some Any>, began: Duration) -> Duration {
        switch outcome {
        case .cancelled: return .zero
        case .failure(let error): if self.usual.contains(error.code) { return .zero }
        case .success: break
        }
        let now = self.stage.elapsed
        defer { self.lastAnswer = now }
        return now - (self.lastAnswer ?? began)
    }

    private func outcome<Output: Sendable>(
        _ what: String, _ expected: Set<PhotonPumpError.Code>, cancelledAfter patience: Duration?,
        _ body: @escaping @Sendable () async throws -> Output
    ) async throws -> Outcome<Output> {
        let ledger = self.stage.ledger
        do {
            let output = try await self.result(cancelledAfter: patience, body)
            ledger.count { $0.outcomes["ok", default: 0] += 1 }
            return .success(output)
        } catch let error as PhotonPumpError {
            ledger.count { $0.outcomes[error.code.description, default: 0] += 1 }
            if !self.usual.contains(error.code), !expected.contains(error.code) { ledger.complain("\(what): \(error)") }
            return .failure(error)
        } catch is CancellationError where patience != nil {
            ledger.count { $0.outcomes["cancelled", default: 0] += 1 }
            return .cancelled
        }
    }

    /// - Parameter patience: after this time it is cancelled; nil for never.
    private func result<Output: Sendable>(
        cancelledAfter patience: Duration?, _ body: @escaping @Sendable () async throws -> Output
    ) async throws -> Output {
        guard let patience else { return try await body() }
        let environment = self.stage.environment
        return try await withThrowingTaskGroup(of: Output?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                // When the call is over, this is cancelled instead.
                try? await environment.sleep(for: patience)
                return nil
            }
            var output: Output?
            while let ended = try await group.next() {
                output = output ?? ended
                group.cancelAll()
            }
            guard let output else { throw CancellationError() }
            return output
        }
    }
}
