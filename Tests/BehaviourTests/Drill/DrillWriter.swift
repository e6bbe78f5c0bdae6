import Foundation
import PhotonPump
import PhotonPumpWire
import Synchronization
import Testing

/// Whether a drill goes on.
final class DrillClock: Sendable {
    private let isOver = Atomic(false)

    var goesOn: Bool { !self.isOver.load(ordering: .relaxed) }

    func stop() { self.isOver.store(true, ordering: .relaxed) }
}

/// Writes to a stream of its own, and keeps the books.
struct DrillWriter: Sendable {
    enum Manner: Sendable {
        /// Expecting nothing of the stream.
        case any
        /// Expecting the version that the last write has led to.
        case versions
        /// Expecting that the stream exists, but for the first time.
        case existing
        /// A sequence, batch by batch.
        case sequence
    }

    let client: Client
    let stream: String
    let manner: Manner
    let books: Observed<DrillBooks>
    let truncations: DrillTruncations
    let pace: Duration
    let seed: UInt64

    func run(_ clock: DrillClock) async throws {
        var generator = SeededGenerator(seed: self.seed)
        var expected = ExpectedVersion.noStream
        var exists = false
        // When what is expected was found out.
        var asOf = ContinuousClock.now
        while clock.goesOn {
            switch self.manner {
            case .any: _ = try await self.write(self.events(&generator), .any, asOf)
            case .versions:
                let began = ContinuousClock.now
                if let result = try await self.write(self.events(&generator), expected, asOf) {
                    (expected, asOf) = (.version(result.lastEventNumber), began)
                } else {
                    let asked = ContinuousClock.now
                    if let version = try await self.version(clock) { (expected, asOf) = (version, asked) }
                }
            case .existing:
                let result = try await self.write(self.events(&generator), exists ? .streamExists : .any, asOf)
                exists = exists || result != nil
            case .sequence: try await self.publish(clock)
            }
            try await Task.sleep(for: self.pace)
        }
    }

    private func events(_ generator: inout SeededGenerator) -> [NewEvent] {
        (0..<Int.random(in: 1...3, using: &generator)).map { _ in Self.event }
    }

    private static var event: NewEvent {
        NewEvent(type: "Drilled", data: Payload(#"{"what":"drill"}"#), isJSON: true)
    }

    /// nil if it failed in a way that calls fail while the nodes are away.
    private func write(
        _ events: [NewEvent], _ expected: ExpectedVersion, _ asOf: ContinuousClock.Instant
    ) async throws -> WriteResult? {
        let ids = events.map(\.id)
        self.books.update { [stream = self.stream] in $0.intend(ids, for: stream) }
        let began = ContinuousClock.now
        do {
            let result = try await self.client.publish(events, to: self.stream, expecting: expected)
            let time = ContinuousClock.now - began
            self.books.update { [stream = self.stream] books in
                books.acknowledge(
                    ids, of: stream, from: result.firstEventNumber, at: result.position, after: time)
            }
            return result
        } catch let error as PhotonPumpError {
            try await self.failed(ids, error, after: .now - began, asOf)
            return nil
        }
    }

    /// - Parameter asOf: when the stream was as this write took it to be.
    private func failed(
        _ ids: [UUID], _ error: PhotonPumpError, after time: Duration, _ asOf: ContinuousClock.Instant
    ) async throws {
        sayDuringDrill("\(self.stream): \(error)")
        self.books.update { [stream = self.stream] in $0.fail(ids, of: stream, error, after: time) }
        let expected: [PhotonPumpError.Code] = [.timedOut, .serverTimeout, .connectionLost, .notHandled]
        guard !expected.contains(error.code), !error.mayHaveBeenApplied else { return }
        if error.code == .wrongExpectedVersion, try await self.truncations.explain(error, after: asOf) { return }
        Issue.record(error)
    }

    /// What the stream's version is, after a write whose outcome is not known.
    private func version(_ clock: DrillClock) async throws -> ExpectedVersion? {
        while clock.goesOn {
            do {
                let options = CallOptions(requireMaster: true)
                return try await self.client.lastEventNumber(of: self.stream, options: options).map { .version($0) }
                    ?? .noStream
            } catch let error as PhotonPumpError {
                sayDuringDrill("\(self.stream): \(error)")
            }
        }
        return nil
    }

    /// Publishes some hundred events as they come. A sequence takes as long as it does, which says nothing about calls.
    private func publish(_ clock: DrillClock) async throws {
        let sent = Mutex<[UUID]>([])
        let (pace, stream) = (self.pace, self.stream)
        let events = AsyncStream<NewEvent> {
            guard clock.goesOn, sent.withLock({ $0.count }) < 500 else { return nil }
            try? await Task.sleep(for: pace)
            let event = Self.event
            sent.withLock { $0.append(event.id) }
            self.books.update { $0.intend([event.id], for: stream) }
            return event
        }
        let began = ContinuousClock.now
        do {
            let summary = try await self.client.publish(events, to: stream)
            let ids = sent.withLock { $0 }
            #expect(summary.eventCount == ids.count)
            self.books.update { $0.acknowledge(ids, of: stream, from: summary.firstEventNumber, after: .zero) }
        } catch let error as PhotonPumpError {
            let ids = sent.withLock { $0 }
            let done = ids.prefix(error.publishedBefore ?? 0)
            self.books.update { $0.acknowledge(Array(done), of: stream, from: nil, after: .zero) }
            try await self.failed(Array(ids.dropFirst(done.count)), error, after: .zero, began)
        }
    }
}
