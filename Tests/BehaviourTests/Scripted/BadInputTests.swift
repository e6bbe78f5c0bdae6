import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("Bad input from the server", .timeLimit(.minutes(1)))
struct BadInputTests {
    @Test("a package that no call waits for is passed over")
    func unknownCorrelation() async throws {
        try await ScriptedSession.run { session in
            async let ping = session.client.ping()
            let request = try await session.peer.next(.ping)
            try await session.peer.send(Package(.pong, GUID(99, 99)))
            try await session.peer.send(Package(Command(rawValue: 0x99), GUID(98, 98), payload: Bytes([1, 2, 3])))
            try await session.peer.send(Package(.pong, request.correlation))
            _ = try await ping
        }
    }

    @Test(
        "an answer that cannot be read fails its own call and no other",
        arguments: [
            (Command(rawValue: 0x99), [UInt8](), PhotonPumpError.Code.unexpectedReply),
            (.pong, [], .unexpectedReply),
            (.readEventCompleted, [0xFF, 0xFF, 0xFF], .unreadableReply),
            (.readEventCompleted, [0x12, 0x02, 0x0A, 0x05], .unreadableReply),
            (.badRequest, Array("what?".utf8), .badRequest),
            (.notHandled, [0x08, 0x02], .notHandled),
            (.notAuthenticated, Array("Not Authenticated".utf8), .notAuthenticated),
        ]
    )
    func unexpectedReply(command: Command, payload: [UInt8], code: PhotonPumpError.Code) async throws {
        try await ScriptedSession.run { session in
            let read = Task { try await session.client.getEvent(3, in: "ponies") }
            let request = try await session.peer.next(.readEvent)
            async let ping = session.client.ping()
            let pingRequest = try await session.peer.next(.ping)

            try await session.peer.send(Package(command, request.correlation, payload: Bytes(payload)))
            let error = try await failure { try await read.value }
            #expect(error.code == code)
            #expect(error.stream == "ponies")
            #expect(error.message.hasPrefix("read event 3 of 'ponies': "))
            #expect(error.endpoint == session.client.configuration.target.description)

            try await session.peer.send(Package(.pong, pingRequest.correlation))
            _ = try await ping
        }
    }

    @Test(
        "what is not a frame ends the connection, and every call that waits with it",
        arguments: [
            ([UInt8](repeating: 0, count: 4), "a frame of 0 bytes"),
            ([17, 0, 0, 0, 1, 2, 3], "a frame of 17 bytes, too short"),
            ([1, 0, 0, 16], "a frame of 268435457 bytes, above the limit of 67108864"),
            ([0xFF, 0xFF, 0xFF, 0xFF], "above the limit"),
        ]
    )
    func brokenFrame(bytes: [UInt8], words: String) async throws {
        try await ScriptedSession.run { session in
            let calls = (0..<5).map { _ in Task { try await session.client.ping() } }
            for _ in calls { _ = try await session.peer.next(.ping) }
            try await session.peer.send(bytes)
            let error = try await session.changes.loss()
            #expect(error.code == .connectionLost)
            #expect("\(error)".contains(words), "\(error)")
            #expect(try await session.peer.next() == nil, "the connection is closed")

            // The requests are sent again on the next one.
            let peer = try await session.nextConnection()
            for _ in calls { try await peer.send(Package(.pong, try await peer.next(.ping).correlation)) }
            for call in calls { _ = try await call.value }
        }
    }

    @Test("a connection that ends within a frame is reported as such")
    func endWithinFrame() async throws {
        try await ScriptedSession.run { session in
            try await session.peer.send([100, 0, 0, 0, 4, 0, 1, 2, 3])
            await session.peer.close()
            let error = try await session.changes.loss()
            #expect(error.code == .connectionLost)
            #expect("\(error)".contains("within a frame (9 bytes of it came)"), "\(error)")
        }
    }

    @Test("a bad request for the whole connection ends it with the server's words")
    func connectionWideBadRequest() async throws {
        try await ScriptedSession.run { session in
            try await session.peer.send(Package(.badRequest, .zero, payload: Bytes(utf8: "too much pending")))
            let error = try await session.changes.loss()
            #expect(error.code == .connectionLost)
            #expect("\(error)".contains("too much pending"))
        }
    }

    @Test("random bytes never do more than end the connection", arguments: 1...30)
    func random(seed: Int) async throws {
        try await ScriptedSession.run { session in
            async let ping = session.client.ping()
            let request = try await session.peer.next(.ping)
            var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
            let noise = (0..<2000).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 56)
            }
            try await session.peer.send(Package(.pong, request.correlation))
            _ = try await ping
            async let next = session.client.ping()
            _ = try await session.peer.next(.ping)
            try? await session.peer.send(noise)
            await session.peer.close()
            let peer = try await session.nextConnection()
            try await peer.send(Package(.pong, try await peer.next(.ping).correlation))
            _ = try await next
        }
    }

    @Test("the largest event number there is does no harm")
    func largestNumber() async throws {
        try await ScriptedSession.run { session in
            let reading = Task { try await session.client.get("s", from: .end) }
            let record = EventRecord(
                stream: Bytes(utf8: "s"), number: .max, id: GUID(1, 1), type: Bytes(utf8: "t"), isJSON: false,
                data: Bytes(), metadata: Bytes(), created: .max
            )
            let reply = ReadEventCompleted(result: .success, event: ResolvedRecord(event: record, link: nil))
            let request = try await session.peer.next(.readEvent)
            try await session.peer.send(Package(.readEventCompleted, request.correlation, payload: reply.encoded()))
            let slice = try await reading.value
            #expect(slice.next == nil)
            #expect(slice.lastEventNumber == .max)
        }
    }

    @Test("an answer with more events than were asked for fails the read", arguments: [2, 200_000])
    func tooManyEvents(count: Int) async throws {
        try await ScriptedSession.run { session in
            // ResolvedIndexedEvent { event { event_id: … } }, the smallest that is legal.
            let event: [UInt8] = [0x0A, 20, 0x0A, 18, 0x1A, 16] + [UInt8](repeating: 1, count: 16)
            let events = [[UInt8]](repeating: event, count: count).flatMap { $0 }
            let end: [UInt8] = [0x10, 0, 0x18, 1, 0x20, 0, 0x28, 1]
            let reading = Task { try await session.client.get("ponies", maxCount: 1) }
            let request = try await session.peer.next(.readStreamEventsForward)
            async let ping = session.client.ping()
            let pingRequest = try await session.peer.next(.ping)
            let answer = Package(
                .readStreamEventsForwardCompleted, request.correlation, payload: Bytes(events + end))
            try await session.peer.send(answer)
            let error = try await failure { try await reading.value }
            #expect(error.code == (count == 2 ? .unexpectedReply : .unreadableReply))
            #expect(
                "\(error)".contains(count == 2 ? "the server sent 2 events instead of at most 1" : "memory"),
                "\(error)")

            let readingAll = Task { try await session.client.getAll(maxCount: 1) }
            let log = [[UInt8]](repeating: [0x1A] + event.dropFirst(), count: count).flatMap { $0 }
            let next = try await session.peer.next(.readAllEventsForward)
            try await session.peer.send(
                Package(.readAllEventsForwardCompleted, next.correlation, payload: Bytes(log)))
            let other = try await failure { try await readingAll.value }
            #expect(other.code == error.code)

            // No other call is touched.
            try await session.peer.send(Package(.pong, pingRequest.correlation))
            _ = try await ping
        }
    }

    @Test("a page that says to continue where it began ends an iteration instead of repeating it for ever")
    func noProgress() async throws {
        try await ScriptedSession.run { session in
            let events = Task { try await session.client.iter("ponies").reduce(into: 0) { count, _ in count += 1 } }
            let request = try await session.peer.next(.readStreamEventsForward)
            let reply = ReadStreamEventsCompleted(
                result: .success, nextEventNumber: 0, lastEventNumber: 9, isEndOfStream: false, lastCommitPosition: 0
            )
            let answer = Package(.readStreamEventsForwardCompleted, request.correlation, payload: reply.encoded())
            try await session.peer.send(answer)
            #expect(try await failure { try await events.value }.code == .unexpectedReply)
        }
    }

    @Test("a server that looks up the last number before it reads the page gives no event to a decision twice")
    func lastNumberBeforePage() async throws {
        try await ScriptedSession.run { session in
            let decisions = Observed<[[Int64]]>([])
            let deciding = Task {
                try await session.client.publish(to: "ponies") { events in
                    decisions.update { $0.append(events.map(\.received.number)) }
                    return [NewEvent(type: "PonyJoined", data: [], isJSON: false)]
                }
            }
            let read = try await session.peer.next(.readStreamEventsForward)
            let events = (0...2).map { number in
                EventRecord(
                    stream: Bytes(utf8: "ponies"), number: number, id: GUID(1, UInt64(number)), type: Bytes(utf8: "t"),
                    isJSON: false, data: Bytes(), metadata: Bytes(), created: 0)
            }
            let page = ReadStreamEventsCompleted(
                result: .success, events: events.map { ResolvedRecord(event: $0, link: nil) }, nextEventNumber: 3,
                lastEventNumber: 1, isEndOfStream: true, lastCommitPosition: 0)
            try await session.peer.send(
                Package(.readStreamEventsForwardCompleted, read.correlation, payload: page.encoded()))
            let write = try await session.peer.next(.writeEvents)
            #expect(try WriteEvents(decoding: write.payload).expectedVersion == 2)
            let written = WriteEventsCompleted(result: .success, firstEventNumber: 3, lastEventNumber: 3)
            try await session.peer.send(Package(.writeEventsCompleted, write.correlation, payload: written.encoded()))
            _ = try await deciding.value
            #expect(decisions.value == [[0, 1, 2]])
        }
    }
}
