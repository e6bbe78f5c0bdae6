import Foundation
import PhotonPump
import PhotonPumpWire

/// One of several who write and read through one client.
///
/// It has a stream of its own, whose every event it knows: with the first write to it whose outcome is uncertain it goes
/// over to another one. And there is one that it shares.
struct Writer {
    /// As many events are enough for one's own stream.
    private static let longestStream = 150

    private let client: Client
    private let name: String
    private let stage: Stage
    private var caller: Caller
    private var streamCount = 0
    private var ownIDs: [UUID] = []
    /// The number of the last event in the shared stream that it knows of.
    private var lastShared: Int64 = -1
    private var lastPosition = Position.start

    init(_ number: Int, _ client: Client, _ stage: Stage, usual: Set<PhotonPumpError.Code> = []) {
        self.client = client
        self.name = "own\(number)"
        self.stage = stage
        self.caller = Caller(stage, number: number, usual: usual)
    }

    private var ownStream: String { "\(self.name)-\(self.streamCount)" }
    private var ledger: Ledger { self.stage.ledger }

    mutating func run() async throws {
        while !self.stage.isOver {
            try await self.doSomething()
            try await self.stage.sleep(milliseconds: self.caller.chances.number(0..<15))
        }
    }

    mutating func doSomething() async throws {
        switch self.caller.chances.number(0..<16) {
        case 0...3: try await self.writeOwn()
        case 4: try await self.writeOwnWrongly()
        case 5: try await self.writeShared(.any)
        case 6: try await self.writeShared(ExpectedVersion(lastEventNumber: self.lastShared))
        case 7: try await self.transact()
        case 8: try await self.readOwn()
        case 9: try await self.readPage(.forward)
        case 10: try await self.readPage(.backward)
        case 11: try await self.iterateOwn(.forward)
        case 12: try await self.iterateOwn(.backward)
        case 13: try await self.iterateShared()
        case 14: try await self.readAll(.forward)
        default: try await self.readAll(.backward)
        }
    }

    // MARK: Writing

    private mutating func newEvents() -> [NewEvent] {
        (0..<self.caller.chances.number(1..<4)).map { _ in
            NewEvent(id: self.caller.chances.newID(), type: "Written", data: Payload(#"{"a":1}"#), isJSON: true)
        }
    }

    private mutating func writeOwn() async throws {
        let (client, stream, events) = (self.client, self.ownStream, self.newEvents())
        let version = ExpectedVersion(lastEventNumber: Int64(self.ownIDs.count) - 1)
        let expected: ExpectedVersion =
            switch self.caller.chances.number(0..<4) {
            case 0: .any
            case 1: self.ownIDs.isEmpty ? .any : .streamExists
            default: version
            }
        self.ledger.propose(events.map(\.id), to: stream)
        let outcome = try await self.caller.call("writing to '\(stream)', expecting \(expected)") {
            try await client.publish(events, to: stream, expecting: expected, options: $0)
        }
        self.note(outcome, of: events, to: stream, expecting: expected)
    }

    /// By a transaction, which is there as a whole or not at all.
    private mutating func transact() async throws {
        let (client, stream, events) = (self.client, self.ownStream, self.newEvents())
        let expected = ExpectedVersion(lastEventNumber: Int64(self.ownIDs.count) - 1)
        self.ledger.propose(events.map(\.id), to: stream)
        let outcome = try await self.caller.call(
            "a transaction on '\(stream)'", pages: 2 + events.count, [.badRequest, .serverError]
        ) { options in
            let transaction = try await client.startTransaction(on: stream, expecting: expected, options: options)
            for event in events { try await transaction.write([event], options: options) }
            return try await transaction.commit(options: options)
        }
        self.note(outcome, of: events, to: stream, expecting: expected)
    }

    private mutating func note(
        _ outcome: Caller.Outcome<WriteResult>, of events: [NewEvent], to stream: String,
        expecting expected: ExpectedVersion
    ) {
        let ids = events.map(\.id)
        switch outcome {
        case .success(let result):
            self.ledger.confirm(ids, to: stream, result, expecting: expected)
            if result.firstEventNumber != Int64(self.ownIDs.count) {
                self.ledger.complain("\(self.ownIDs.count) events were in '\(stream)', and \(result) was written")
            }
            self.ownIDs += ids
            if self.ownIDs.count > Self.longestStream { self.leaveStream() }
        case .failure(let error):
            self.ledger.fail(ids, mayHaveBeenApplied: error.mayHaveBeenApplied)
            if error.mayHaveBeenApplied { self.leaveStream() }
        case .cancelled:
            self.ledger.fail(ids, mayHaveBeenApplied: true)
            self.leaveStream()
        }
    }

    private mutating func leaveStream() {
        self.streamCount += 1
        self.ownIDs = []
    }

    /// Expects what is not so, which must be refused.
    private mutating func writeOwnWrongly() async throws {
        let (client, stream, events) = (self.client, self.ownStream, self.newEvents())
        let last = Int64(self.ownIDs.count) - 1
        let isAbove = self.ownIDs.isEmpty || self.caller.chances.once(in: 2)
        let expected: ExpectedVersion = isAbove ? .version(last + 3) : last > 0 ? .version(last - 1) : .noStream
        self.ledger.propose(events.map(\.id), to: stream)
        let outcome = try await self.caller.call("writing to '\(stream)' wrongly", [.wrongExpectedVersion]) {
            try await client.publish(events, to: stream, expecting: expected, options: $0)
        }
        switch outcome {
        case .success(let result):
            self.ledger.complain("'\(stream)' is at \(last), and \(result) was written to it expecting \(expected)")
        case .failure(let error):
            if error.code == .wrongExpectedVersion {
                let actual = error.conflict?.actual ?? last
                self.ledger.check(actual == last, "'\(stream)' is at \(last), and is said to be at \(actual)")
            }
            self.failWrongly(events, mayComeLate: isAbove && error.mayHaveBeenApplied)
        case .cancelled:
            self.failWrongly(events, mayComeLate: isAbove)
        }
    }

    /// - Parameter mayComeLate: whether the request may still be on its way, and become right before it arrives.
    private mutating func failWrongly(_ events: [NewEvent], mayComeLate: Bool) {
        self.ledger.fail(events.map(\.id), mayHaveBeenApplied: mayComeLate)
        if mayComeLate { self.leaveStream() }
    }

    private mutating func writeShared(_ expected: ExpectedVersion) async throws {
        let (client, stream, events) = (self.client, Stage.sharedStream, self.newEvents())
        let ids = events.map(\.id)
        self.ledger.propose(ids, to: stream)
        let what = "writing to '\(stream)', expecting \(expected)"
        let outcome = try await self.caller.call(what, [.wrongExpectedVersion]) {
            try await client.publish(events, to: stream, expecting: expected, options: $0)
        }
        switch outcome {
        case .success(let result):
            self.ledger.check(
                result.firstEventNumber > self.lastShared,
                "'\(stream)' was at \(self.lastShared), and \(result) was written after that")
            self.ledger.confirm(ids, to: stream, result, expecting: expected)
            self.lastShared = result.lastEventNumber
        case .failure(let error):
            self.ledger.fail(ids, mayHaveBeenApplied: error.mayHaveBeenApplied)
            guard error.code == .wrongExpectedVersion, let actual = error.conflict?.actual else { return }
            self.ledger.check(
                ExpectedVersion(lastEventNumber: actual) != expected && actual >= self.lastShared,
                "'\(stream)' is said to be at \(actual), where \(expected) was expected")
            self.lastShared = max(self.lastShared, actual)
        case .cancelled:
            self.ledger.fail(ids, mayHaveBeenApplied: true)
        }
    }

    // MARK: Reading

    private func see(_ events: [ResolvedEvent]) {
        for event in events { self.ledger.see(event.received, "a reader") }
    }

    private mutating func readOwn() async throws {
        guard let number = self.ownIDs.indices.randomElement(using: &self.caller.chances) else { return }
        let (client, stream) = (self.client, self.ownStream)
        let outcome = try await self.caller.call("reading \(number) of '\(stream)'") {
            try await client.getEvent(Int64(number), in: stream, options: $0)
        }
        if case .success(let event) = outcome {
            self.see([event])
            self.ledger.check(event.id == self.ownIDs[number], "event \(number) of '\(stream)' is \(event.id)")
        }
    }

    private mutating func readPage(_ direction: Direction) async throws {
        guard !self.ownIDs.isEmpty else { return }
        let (client, stream) = (self.client, self.ownStream)
        let outcome = try await self.caller.call("reading a page of '\(stream)'") {
            try await client.get(stream, direction: direction, maxCount: 10, options: $0)
        }
        guard case .success(let slice) = outcome else { return }
        self.see(slice.events)
        let known = direction == .forward ? Array(self.ownIDs.prefix(10)) : Array(self.ownIDs.suffix(10).reversed())
        self.ledger.check(slice.events.map(\.id) == known, "a page of '\(stream)' \(direction) is \(slice)")
    }

    private mutating func iterateOwn(_ direction: Direction) async throws {
        guard !self.ownIDs.isEmpty else { return }
        let (client, stream) = (self.client, self.ownStream)
        let outcome = try await self.caller.call("iterating '\(stream)'", pages: self.ownIDs.count / 17 + 2) {
            try await client.iter(stream, direction: direction, pageSize: 17, options: $0)
                .reduce(into: [ResolvedEvent]()) { $0.append($1) }
        }
        guard case .success(let events) = outcome else { return }
        self.see(events)
        let known = direction == .forward ? self.ownIDs : self.ownIDs.reversed()
        self.ledger.check(events.map(\.id) == known, "'\(stream)' \(direction) is \(events.map(\.number))")
    }

    /// The end of it.
    private mutating func iterateShared() async throws {
        guard self.lastShared >= 0 else { return }
        let (client, stream) = (self.client, Stage.sharedStream)
        let count = self.ledger.acknowledgedCount(of: stream)
        let first = max(0, count - 60)
        let outcome = try await self.caller.call("iterating '\(stream)'", pages: 20) {
            try await client.iter(stream, from: .number(first), pageSize: 25, options: $0)
                .reduce(into: [ResolvedEvent]()) { $0.append($1) }
        }
        guard case .success(let events) = outcome else { return }
        self.see(events)
        self.ledger.check(
            events.map(\.number) == Array(first..<max(count, first + Int64(events.count))),
            "'\(stream)' from \(first) is \(events.map(\.number)), and had \(count)")
    }

    private mutating func readAll(_ direction: Direction) async throws {
        let client = self.client
        let filter = self.caller.chances.once(in: 2) ? EventFilter.streams(prefixedBy: "own") : nil
        let start = direction == .forward && self.caller.chances.once(in: 2) ? self.lastPosition : nil
        let outcome = try await self.caller.call("reading all \(direction)") {
            try await client.getAll(direction: direction, from: start, maxCount: 20, matching: filter, options: $0)
        }
        guard case .success(let slice) = outcome else { return }
        self.see(slice.events)
        let positions = slice.events.compactMap(\.position)
        let ordered = direction == .forward ? positions : positions.reversed()
        self.ledger.check(
            zip(ordered, ordered.dropFirst()).allSatisfy { $0 < $1 }, "all \(direction) is in the order \(positions)")
        self.ledger.check(
            filter == nil || slice.events.allSatisfy { $0.received.stream.hasPrefix("own") },
            "what does not match a filter is read: \(slice.events.map(\.received.stream))")
        self.lastPosition = ordered.last ?? self.lastPosition
    }
}
