import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("A server that lies", .timeLimit(.minutes(2)))
struct LyingServerTests {
    private static let strange = OperationResult(rawValue: 77)
    private static let wrong = "unknown result 77"

    @Test(
        "a server that lies about numbers and positions fails the call, with what it sent and what was due; others go on",
        arguments: [
            Lie("another event", .readEvent, Said.event(4), "the server sent event 4 of 'ponies'") {
                _ = try await $0.getEvent(3, in: "ponies")
            },
            Lie("an event of another stream", .readEvent, Said.event(3, of: "herds"), "event 3 of 'herds'") {
                _ = try await $0.getEvent(3, in: "ponies")
            },
            Lie("the last event of another stream", .readEvent, Said.event(3, of: "herds"), "event 3 of 'herds'") {
                _ = try await $0.getLastEvent(in: "ponies")
            },
            Lie("a page of another stream", .readStreamEventsForward, Said.page([5], of: "herds"), "events of 'herds'")
            {
                _ = try await $0.get("ponies", from: .number(5))
            },
            Lie("an earlier event", .readStreamEventsForward, Said.page([4, 5]), "event 4 where 5 or one after it") {
                _ = try await $0.get("ponies", from: .number(5))
            },
            Lie(
                "an event twice", .readStreamEventsForward, Said.page([5, 5]), "event 5 where 6 or one after it is due"
            ) {
                _ = try await $0.get("ponies", from: .number(5))
            },
            Lie("numbers going backwards", .readStreamEventsForward, Said.page([5, 8, 7]), "event 7 where 9") {
                for try await _ in $0.iter("ponies", from: .number(5)) {}
            },
            Lie("a number below 0", .readStreamEventsForward, Said.page([.min]), "event \(Int64.min) where 5") {
                _ = try await $0.get("ponies", from: .number(5))
            },
            Lie(
                "numbers going forwards", .readStreamEventsBackward, Said.page([5, 6], backward: true),
                "event 6 where 4 or one before it is due"
            ) { _ = try await $0.get("ponies", direction: .backward, from: .number(5)) },
            Lie(
                "a later event", .readStreamEventsBackward, Said.page([6], backward: true),
                "event 6 where 5 or one before it is due"
            ) { for try await _ in $0.iter("ponies", direction: .backward, from: .number(5)) {} },
            Lie(
                "the lowest number", .readStreamEventsBackward, Said.page([0, .min], backward: true),
                "event \(Int64.min) where -1"
            ) { _ = try await $0.get("ponies", direction: .backward) },
            Lie(
                "an earlier position", .readAllEventsForward, Said.log([99]),
                "the event at 99/99 where one after 100/100"
            ) {
                _ = try await $0.getAll(from: Position(commit: 100, prepare: 100))
            },
            Lie("positions that jump back", .readAllEventsForward, Said.log([100, 300, 200]), "at 200/200") {
                for try await _ in $0.iterAll(from: Position(commit: 100, prepare: 100)) {}
            },
            Lie("a position twice", .readAllEventsForward, Said.log([100, 100]), "at 100/100 where one after 100/100") {
                _ = try await $0.getAll()
            },
            Lie(
                "positions that jump ahead", .readAllEventsBackward, Said.log([50, 60], backward: true),
                "at 60/60 where one before 50/50 is due"
            ) { _ = try await $0.getAll(direction: .backward) },
            Lie(
                "a position that is not before the place", .readAllEventsBackward, Said.log([100], backward: true),
                "at 100/100 where one before 100/100 is due"
            ) { _ = try await $0.getAll(direction: .backward, from: Position(commit: 100, prepare: 100)) },
            Lie(
                "a name that acknowledgements would carry", .connectToPersistentSubscription,
                Said.confirmed(String(repeating: "x", count: 1 << 20)), "by a name of 1048576 bytes"
            ) { _ = try await $0.connectSubscription("herd", to: "ponies") },
        ])
    func numbers(_ lie: Lie) async throws { try await lie.tell() }

    @Test(
        "a server that lies about results fails the call, with the number that means nothing; others go on",
        arguments: [
            Lie(
                "an event", .readEvent,
                (
                    .readEventCompleted,
                    ReadEventCompleted(result: .init(rawValue: 77), event: .init(event: nil, link: nil)).encoded()
                ),
                wrong
            ) { _ = try await $0.getEvent(3, in: "ponies") },
            Lie("a page", .readStreamEventsForward, Said.page([], result: .init(rawValue: 77)), wrong) {
                _ = try await $0.get("ponies")
            },
            Lie("a page of the log", .readAllEventsForward, Said.log([], result: .init(rawValue: 77)), wrong) {
                _ = try await $0.getAll()
            },
            Lie("a write", .writeEvents, Said.written(strange), wrong) { _ = try await $0.publish([], to: "ponies") },
        ])
    func results(_ lie: Lie) async throws { try await lie.tell() }

    @Test(
        "a server that lies about what it answers fails the call; others go on",
        arguments: [
            Lie("a write", .writeEvents, Said.event(3), "ReadEventCompleted, which does not answer this request") {
                _ = try await $0.publish([], to: "ponies")
            },
            Lie("an event", .readEvent, Said.page([3]), "which does not answer this request") {
                _ = try await $0.getEvent(3, in: "ponies")
            },
            Lie(
                "a page", .readStreamEventsForward, Said.page([3], backward: true), "which does not answer this request"
            ) {
                _ = try await $0.get("ponies")
            },
            Lie(
                "a subscription", .subscribeToStream, Said.confirmed("ponies::herd"),
                "which does not answer this request"
            ) {
                _ = try await $0.subscribe(to: "ponies")
            },
            Lie(
                "a group", .connectToPersistentSubscription, Said.written(.success),
                "which does not answer this request"
            ) {
                _ = try await $0.connectSubscription("herd", to: "ponies")
            },
            Lie("a confirmation", .ping, Said.confirmed("ponies::herd"), "which does not answer this request") {
                _ = try await $0.ping()
            },
            Lie("the server's heartbeat", .ping, (.authenticated, Bytes()), "which does not answer this request") {
                _ = try await $0.ping()
            },
        ])
    func kinds(_ lie: Lie) async throws { try await lie.tell() }

    /// Two answers, each under the id of the other request.
    @Test("a server that lies about which request it answers gives no call the other's events")
    func swapped() async throws {
        try await ScriptedSession.run { session in
            let reading = Task { try await session.client.get("ponies") }
            let ponies = try await session.peer.next(.readStreamEventsForward)
            let other = Task { try await session.client.get("herds") }
            let herds = try await session.peer.next(.readStreamEventsForward)
            let (command, answer) = Said.page([0], of: "ponies")
            try await session.peer.send(Package(command, herds.correlation, payload: answer))
            try await session.peer.send(Package(command, ponies.correlation, payload: Said.page([0], of: "herds").1))
            #expect(try await failure { try await reading.value }.message.contains("events of 'herds'"))
            #expect(try await failure { try await other.value }.message.contains("events of 'ponies'"))
        }
    }

    @Test("a server that lies twice in answer to one request is heard once")
    func twice() async throws {
        try await ScriptedSession.run { session in
            let writing = Task { try await session.client.publish([], to: "ponies").lastEventNumber }
            let request = try await session.peer.next(.writeEvents)
            for number in [3, 4] as [Int64] {
                let answer = WriteEventsCompleted(result: .success, firstEventNumber: 3, lastEventNumber: number)
                try await session.peer.send(
                    Package(.writeEventsCompleted, request.correlation, payload: answer.encoded()))
            }
            #expect(try await writing.value == 3)
            async let ping = session.client.ping()
            try await session.peer.send(Package(.pong, try await session.peer.next(.ping).correlation))
            _ = try await ping
        }
    }

    /// Each page has nothing, and says that there is more behind it.
    @Test("a server that lies about there being more is asked on, one page at a time, until the loop is left")
    func endless() async throws {
        try await ScriptedSession.run { session in
            let reading = Task { for try await _ in session.client.iter("ponies") {} }
            for number in 0..<200 as Range<Int64> {
                let request = try await session.peer.next(.readStreamEventsForward)
                #expect(try ReadStreamEvents(decoding: request.payload).from == number)
                let page = ReadStreamEventsCompleted(
                    result: .success, nextEventNumber: number + 1, lastEventNumber: .max, isEndOfStream: false,
                    lastCommitPosition: 0)
                try await session.peer.send(
                    Package(.readStreamEventsForwardCompleted, request.correlation, payload: page.encoded()))
            }
            #expect(await session.client.load.inFlight <= 1)
            reading.cancel()
            await #expect(throws: CancellationError.self) { try await reading.value }
        }
    }

    /// The search for a write whose answer was lost counts on from what the server says.
    @Test(
        "a server that lies about its last event in a search for a lost write fails the write, and ends no process",
        arguments: [.max, .min, Int64.max - 1])
    func search(last: Int64) async throws {
        try await ScriptedSession.run { session in
            let events = (0..<2).map { _ in NewEvent(type: "t", data: [], isJSON: false) }
            let writing = Task { try await session.client.publish(events, to: "ponies") }
            let write = try WriteEvents(decoding: try await session.peer.next(.writeEvents).payload)
            await session.peer.close()
            let peer = try await session.nextConnection()
            let request = try await peer.next(.readStreamEventsBackward)
            let record = EventRecord(
                stream: Bytes(utf8: "ponies"), number: last, id: write.events[0].id, type: Bytes(utf8: "t"),
                isJSON: false, data: Bytes(), metadata: Bytes(), created: 0)
            let page = ReadStreamEventsCompleted(
                result: .success, events: [ResolvedRecord(event: record, link: nil)], nextEventNumber: -1,
                lastEventNumber: last,
                isEndOfStream: true, lastCommitPosition: 0)
            try await peer.send(
                Package(.readStreamEventsBackwardCompleted, request.correlation, payload: page.encoded()))
            let error = try await failure { try await writing.value }
            #expect(error.code == .connectionLost && error.mayHaveBeenApplied, "\(error)")
            #expect("\(error)".contains("event \(last), which there cannot be"), "\(error)")
        }
    }
}
