import Foundation
import PhotonPump
import Testing

@Suite("What tests make without a server")
struct FixtureTests {
    private static let new = NewEvent(type: "PonyJumped", data: #"{"height":4}"#, metadata: "{}", isJSON: true)

    @Test("what tests make of a new event has all that was written, and defaults for the rest")
    func recorded() {
        let event = RecordedEvent(Self.new)
        #expect((event.id, event.type, event.isJSON) == (Self.new.id, "PonyJumped", true))
        #expect((event.data, event.metadata) == (Self.new.data, Self.new.metadata))
        #expect((event.stream, event.number) == ("test", 0))
        #expect(event.created == Date(timeIntervalSince1970: 0))
        #expect(event == RecordedEvent(Self.new))
        let created = Date(timeIntervalSince1970: 1_700_000_000.123)
        let other = RecordedEvent(Self.new, stream: "ponies", number: 7, created: created)
        #expect((other.stream, other.number) == ("ponies", 7))
        #expect(abs(other.created.timeIntervalSince(created)) < 0.001)
        #expect(RecordedEvent(Self.new, created: .distantFuture).created == .distantFuture)
        // Neither end is a reason to trap.
        _ = RecordedEvent(Self.new, created: Date(timeIntervalSince1970: .infinity))
        _ = RecordedEvent(Self.new, created: Date(timeIntervalSince1970: .nan))
    }

    @Test("what tests make of links is resolved or dangles as they say")
    func links() {
        let event = RecordedEvent(Self.new, stream: "ponies-1", number: 3)
        let link = RecordedEvent(.link(to: 3, in: "ponies-1"), stream: "$ce-ponies", number: 9)
        let resolved = ResolvedEvent(event, through: link, position: Position(commit: 1, prepare: 1))
        #expect((resolved.number, resolved.received.number, resolved.link) == (3, 9, link))
        #expect(resolved.position == Position(commit: 1, prepare: 1))
        let dangling = ResolvedEvent(danglingLink: link)
        #expect(dangling.event == nil)
        #expect(dangling.received == link)
    }

    @Test("what tests make are the events of a stream, in order")
    func stream() {
        let events = ResolvedEvent.events([Self.new, Self.new], of: "ponies", from: 4)
        #expect(events.map(\.number) == [4, 5])
        #expect(events.map(\.stream) == ["ponies", "ponies"])
        let slice = StreamSlice(events)
        #expect((slice.stream, slice.next, slice.lastEventNumber) == ("ponies", .number(6), 5))
        #expect(slice.isEndOfStream)
        #expect(StreamSlice(events.reversed(), direction: .backward).next == nil)
        let empty = StreamSlice([])
        #expect((empty.stream, empty.next, empty.lastEventNumber) == ("test", .number(0), -1))
        #expect(AllSlice(events).isEnd)
    }

    @Test("what tests make of results and errors is what most calls end with, unless they say otherwise")
    func outcomes() {
        let result = WriteResult()
        #expect((result.firstEventNumber, result.lastEventNumber, result.wasAlreadyWritten) == (0, 0, false))
        #expect(WriteResult(lastEventNumber: 4).nextExpectedVersion == .version(4))
        #expect(WriteResult(lastEventNumber: 4).firstEventNumber == 4)
        #expect(WriteResult(position: nil).wasAlreadyWritten)
        let conflict = VersionConflict(expected: .noStream, actual: 3)
        let error = PhotonPumpError(.wrongExpectedVersion, stream: "ponies", conflict: conflict)
        #expect((error.code, error.stream, error.conflict) == (.wrongExpectedVersion, "ponies", conflict))
        #expect((error.attempts, error.mayHaveBeenApplied, error.isSafeToRepeat) == (1, false, true))
        #expect(PhotonPumpError(.timedOut, mayHaveBeenApplied: true).mayHaveBeenApplied)
    }
}

@Suite("A rehearsal of a persistent subscription", .timeLimit(.minutes(1)))
struct SubscriptionRehearsalTests {
    private struct Lame: Error {}

    private static func events(_ count: Int) -> [DeliveredEvent] {
        (0..<count).map { number in
            DeliveredEvent(NewEvent(type: "t", data: [1], isJSON: false), number: Int64(number), retryCount: number)
        }
    }

    @Test("a rehearsal delivers the events it was given, and knows what a worker has decided about each")
    func worker() async throws {
        let rehearsal = try await SubscriptionRehearsal(Self.events(50))
        try await rehearsal.subscription.process(
            maxConcurrent: 4, onError: { _, event in event.retryCount > 30 ? .park : .skip },
            handler: { event in
                if event.number % 10 == 3 { throw Lame() }
            })
        for (number, decision) in rehearsal.decisions.enumerated() {
            switch number {
            case 3, 13, 23: #expect(decision == .refused(.skip, reason: "Lame()"))
            case 33, 43: #expect(decision == .refused(.park, reason: "Lame()"))
            default: #expect(decision == .acknowledged)
            }
        }
        #expect(rehearsal.subscription.status.phase == .ended)
    }

    @Test("a rehearsal runs the worker of a persistent subscription, whose client connects to nothing")
    func consumer() async throws {
        let rehearsal = try await SubscriptionRehearsal(Self.events(4))
        let worker = try Client("tcp://nowhere.invalid").worker(
            of: "herd", to: "ponies", creatingWith: PersistentSubscriptionSettings(), maxConcurrent: 2,
            partitionedBy: \.stream, onError: { _, event in event.retryCount > 2 ? .park : .retry },
            handler: { event in
                if event.number % 2 == 1 { throw Lame() }
            })
        try await rehearsal.run(worker)
        #expect(
            rehearsal.decisions == [
                .acknowledged, .refused(.retry, reason: "Lame()"), .acknowledged, .refused(.park, reason: "Lame()"),
            ])
        let error = await #expect(throws: PhotonPumpError.self) { try await rehearsal.run(worker) }
        #expect(error?.code == .invalidArgument)
    }

    @Test("a rehearsal runs a follower up to the event whose handler throws", arguments: [true, false])
    func follower(followsAll: Bool) async throws {
        let rehearsal = try await SubscriptionRehearsal(Self.events(4))
        let client = try Client("tcp://nowhere.invalid")
        let handler = { @Sendable (event: ResolvedEvent) in
            if event.number == 2 { throw Lame() }
        }
        let numbers = MemoryCheckpointStore<Int64>()
        let positions = MemoryCheckpointStore<Position>()
        let worker =
            followsAll
            ? client.followerOfAll(checkpoint: positions, handler: handler)
            : client.follower(of: "ponies", checkpoint: numbers, handler: handler)
        let error = await #expect(throws: HandlerError.self) { try await rehearsal.run(worker) }
        #expect(error?.event.number == 2)
        #expect(error?.underlying is Lame)
        #expect(rehearsal.decisions == [.acknowledged, .acknowledged, nil, nil])
        #expect(await numbers.load() == nil)
        #expect(await positions.load() == nil)
    }

    @Test("a rehearsal ends a loop when everything is decided, links and second thoughts included")
    func loop() async throws {
        let link = RecordedEvent(.link(to: 0, in: "ponies"), stream: "$ce-ponies", number: 9)
        let event = RecordedEvent(NewEvent(type: "t", data: [1], isJSON: false))
        let events = [DeliveredEvent(ResolvedEvent(event, through: link)), DeliveredEvent(ResolvedEvent(event))]
        let rehearsal = try await SubscriptionRehearsal(events, group: "herd", stream: "$ce-ponies")
        let herd = rehearsal.subscription
        #expect((herd.group, herd.stream) == ("herd", "$ce-ponies"))
        var waiting: [DeliveredEvent] = []
        for try await event in herd.events {
            waiting.append(event)
            if waiting.count == 2 {
                #expect(rehearsal.decisions == [nil, nil])
                #expect(herd.nack(waiting[1], action: .stop) == .accepted)
                #expect(herd.ack(waiting[0]) == .accepted)
                #expect(herd.nack(waiting[0]) == .expired)
            }
        }
        #expect(waiting.map(\.link) == [link, nil])
        #expect(rehearsal.decisions == [.acknowledged, .refused(.stop, reason: nil)])
    }

    @Test("a rehearsal without events is over at once, and an event of nobody cannot be acknowledged")
    func nothing() async throws {
        let rehearsal = try await SubscriptionRehearsal([])
        for try await _ in rehearsal.subscription.events { #expect(Bool(false)) }
        #expect(rehearsal.decisions.isEmpty)
        let other = try await SubscriptionRehearsal(Self.events(1))
        #expect(other.subscription.ack(Self.events(1)[0]) == .expired)
        #expect(other.decisions == [nil])
        await #expect(throws: PhotonPumpError.self) { try await SubscriptionRehearsal([], group: "") }
    }
}
