import Foundation
import PhotonPump
import PhotonPumpWire
import Testing

/// One of several tasks that write and read through one client, and note what came of it.
///
/// It has a stream of its own, whose every event it knows: with the first write to it whose outcome is uncertain it goes
/// over to another one. And there is one that it shares.
struct ChaosWorker {
    static let sharedStream = "shared"
    /// What an iteration of one's own stream goes through at most.
    private static let longestStream = 200

    private let client: Client
    private let name: String
    private var generator: SeededGenerator
    private var streamCount = 0
    private var ownIDs: [UUID] = []
    private var lastShared: Int64 = -1
    private(set) var journal = Journal()

    init(_ name: String, _ client: Client, seed: UInt64) {
        self.name = name
        self.client = client
        self.generator = SeededGenerator(seed: seed)
    }

    private var ownStream: String { "\(self.name)-\(self.streamCount)" }

    mutating func run(until end: ContinuousClock.Instant) async throws {
        while ContinuousClock.now < end {
            switch Int.random(in: 0..<10, using: &self.generator) {
            case 0...3: try await self.writeOwn()
            case 4...5: try await self.writeShared()
            case 6: try await self.readOwn()
            case 7: try await self.readPage()
            case 8: try await self.iterateOwn()
            default: try await self.iterateShared()
            }
            // Leaves some of the processor to the tests that run beside this one.
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Some calls are in a hurry, so that their outcome is more often uncertain.
    private mutating func options() -> CallOptions {
        Int.random(in: 0..<3, using: &self.generator) == 0 ? CallOptions(timeout: .milliseconds(200)) : CallOptions()
    }

    private mutating func newEvents() -> [NewEvent] {
        (0..<Int.random(in: 1...3, using: &self.generator)).map { _ in
            NewEvent(type: "Written", data: Payload(#"{"by":"\#(self.name)"}"#), isJSON: true)
        }
    }

    private mutating func writeOwn() async throws {
        let (client, stream, options) = (self.client, self.ownStream, self.options())
        let events = self.newEvents()
        let ids = events.map(\.id)
        let knownVersion: ExpectedVersion =
            self.ownIDs.isEmpty ? .noStream : .version(Int64(self.ownIDs.count) - 1)
        let expected = Bool.random(using: &self.generator) ? knownVersion : .any
        let written = try await self.journal.call {
            try await client.publish(events, to: stream, expecting: expected, options: options)
        }
        switch written {
        case .success(let result):
            #expect(result.firstEventNumber == Int64(self.ownIDs.count))
            self.ownIDs += ids
            self.journal.wrote(ids, result)
            if self.ownIDs.count > Self.longestStream { self.leaveStream() }
        case .failure(let error):
            self.journal.failed(ids, to: stream, error)
            if error.mayHaveBeenApplied { self.leaveStream() }
        }
    }

    private mutating func leaveStream() {
        self.streamCount += 1
        self.ownIDs = []
    }

    private mutating func writeShared() async throws {
        let (client, options) = (self.client, self.options())
        let events = self.newEvents()
        let ids = events.map(\.id)
        let written = try await self.journal.call {
            try await client.publish(events, to: Self.sharedStream, options: options)
        }
        switch written {
        case .success(let result):
            #expect(result.firstEventNumber > self.lastShared)
            self.lastShared = result.lastEventNumber
            self.journal.wrote(ids, result)
        case .failure(let error):
            self.journal.failed(ids, to: Self.sharedStream, error)
        }
    }

    private mutating func readOwn() async throws {
        guard let number = self.ownIDs.indices.randomElement(using: &self.generator) else { return }
        let (client, stream, options) = (self.client, self.ownStream, self.options())
        let read = try await self.journal.call {
            try await client.getEvent(Int64(number), in: stream, options: options)
        }
        if case .success(let event) = read { #expect(event.id == self.ownIDs[number]) }
    }

    private mutating func readPage() async throws {
        guard !self.ownIDs.isEmpty else { return }
        let (client, stream, options) = (self.client, self.ownStream, self.options())
        let read = try await self.journal.call {
            try await client.get(stream, direction: .backward, maxCount: 10, options: options)
        }
        if case .success(let slice) = read {
            #expect(slice.events.map(\.id) == self.ownIDs.suffix(10).reversed())
        }
    }

    private mutating func iterateOwn() async throws {
        guard !self.ownIDs.isEmpty else { return }
        let (client, stream, options) = (self.client, self.ownStream, self.options())
        let read = try await self.journal.call {
            try await client.iter(stream, pageSize: 7, options: options).reduce(into: []) { $0.append($1.id) }
        }
        if case .success(let ids) = read { #expect(ids == self.ownIDs) }
    }

    private mutating func iterateShared() async throws {
        guard self.lastShared >= 0 else { return }
        let (client, options) = (self.client, self.options())
        let first = max(0, self.lastShared - 100)
        let read = try await self.journal.call {
            try await client.iter(Self.sharedStream, from: .number(first), pageSize: 20, options: options)
                .reduce(into: [ResolvedEvent]()) { $0.append($1) }
        }
        if case .success(let events) = read {
            #expect(events.map(\.number) == Array(first..<(first + Int64(events.count))), "one after the other")
            #expect(events.last.map { $0.number >= self.lastShared } ?? false, "up to what was there")
        }
    }
}
