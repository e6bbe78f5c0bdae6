import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("Staying alive, and ending", .timeLimit(.minutes(1)))
struct LivenessTests {
    @Test("the client answers the server's heartbeat with its id, before and after the handshake")
    func answersHeartbeats() async throws {
        try await ScriptedSession.run { session in
            try await session.peer.send(Package(.heartbeatRequest, GUID(7, 8)))
            let answer = try await session.peer.next(.heartbeatResponse)
            #expect(answer == Package(.heartbeatResponse, GUID(7, 8)))
        }
    }

    @Test("the client asks a silent server, and is content with any answer")
    func asksForHeartbeat() async throws {
        let settings: (inout Client.Configuration) -> Void = { $0.heartbeat.interval = .milliseconds(20) }
        try await ScriptedSession.run(settings) { session in
            for _ in 0..<3 {
                let request = try await session.peer.next(.heartbeatRequest)
                try await session.peer.send(Package(.heartbeatResponse, request.correlation))
            }
            async let ping = session.client.ping()
            try await session.peer.send(Package(.pong, try await session.peer.next(.ping).correlation))
            _ = try await ping
        }
    }

    @Test("a connection is given up when the server no longer answers anything")
    func deadServer() async throws {
        let settings: (inout Client.Configuration) -> Void = {
            $0.heartbeat.interval = .milliseconds(20)
            $0.heartbeat.timeout = .milliseconds(50)
        }
        try await ScriptedSession.run(settings) { session in
            let error = try await session.changes.loss()
            #expect(error.code == .connectionLost)
            #expect("\(error)".contains("nothing came from the server"), "\(error)")
            #expect(try await session.peer.next(.heartbeatRequest).payload.isEmpty)
        }
    }

    @Test("a connection that is given up is broken off, so that no request on its way arrives when it was made again")
    func unreadRequest() async throws {
        let settings: (inout Client.Configuration) -> Void = {
            $0.heartbeat.interval = .milliseconds(20)
            $0.heartbeat.timeout = .milliseconds(50)
        }
        try await ScriptedSession.run(settings) { session in
            await session.peer.pauseReading()
            // More than the systems on both sides take.
            let data = Payload(String(repeating: "a", count: 1 << 20))
            let event = NewEvent(type: "PonyJumped", data: data, isJSON: false)
            let calls = (0..<32).map { _ in Task { try await session.client.publishEvent(event, to: "ponies") } }
            _ = try await session.changes.loss()
            await session.peer.resumeReading()
            while let package = try await session.peer.next() {
                #expect([.writeEvents, .heartbeatRequest].contains(package.command))
            }
            #expect(await session.peer.failure != nil, "it was closed, after everything that was sent")
            for call in calls { call.cancel() }
            for call in calls { _ = await call.result }
        }
    }

    @Test("close() ends the client: calls that wait have failed when it returns, and later ones fail at once")
    func close() async throws {
        try await ScriptedSession.run { session in
            let calls = (0..<100).map { _ in Task { try await session.client.ping() } }
            for _ in calls { _ = try await session.peer.next(.ping) }
            await session.client.close()
            for call in calls { #expect(try await failure { try await call.value }.code == .clientClosed) }
            #expect(try await failure { try await session.client.ping() }.code == .clientClosed)
            #expect(try await session.peer.next() == nil)
        }
    }

    @Test("a connection ends with the last reference to its client, also without close()")
    func dropped() async throws {
        let server = ScriptedServer()
        var client: Client? = try Client(try await ScriptedSession.configuration(for: server), logger: .silent)
        let connecting = Task { [client] in try await client?.connect() }
        let peer = try await server.nextConnection()
        try await peer.acceptHandshake()
        try await connecting.value
        client = nil
        #expect(try await peer.next() == nil)
        await server.stop()
    }

    @Test("a connection goes on when a call is cancelled, and its late answer is passed over")
    func cancelledCall() async throws {
        try await ScriptedSession.run { session in
            let call = Task { try await session.client.ping() }
            let request = try await session.peer.next(.ping)
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            try await session.peer.send(Package(.pong, request.correlation))
            async let ping = session.client.ping()
            try await session.peer.send(Package(.pong, try await session.peer.next(.ping).correlation))
            _ = try await ping
        }
    }

    @Test("each call gets its own answer, in whatever order they come")
    func outOfOrder() async throws {
        try await ScriptedSession.run { session in
            let calls = (0..<20).map { number in
                Task { try await session.client.publish([], to: "s-\(number)").lastEventNumber }
            }
            var requests: [(GUID, Int64)] = []
            for _ in calls {
                let request = try await session.peer.next(.writeEvents)
                let stream = try WriteEvents(decoding: request.payload).stream
                requests.append((request.correlation, Int64(stream.dropFirst(2)) ?? -1))
            }
            for (correlation, number) in requests.reversed() {
                let reply = WriteEventsCompleted(
                    result: .success, firstEventNumber: number, lastEventNumber: number, preparePosition: 1,
                    commitPosition: 1
                )
                let answer = Package(.writeEventsCompleted, correlation, payload: reply.encoded())
                try await session.peer.send(answer)
            }
            for (number, call) in calls.enumerated() { #expect(try await call.value == Int64(number)) }
        }
    }

    @Test("the client sends no more requests at once than configured, and the rest in order")
    func inFlightLimit() async throws {
        let settings: (inout Client.Configuration) -> Void = { $0.maximumInFlight = 2 }
        try await ScriptedSession.run(settings) { session in
            let calls = (0..<6).map { _ in Task { try await session.client.ping() } }
            for _ in 0..<3 {
                let first = try await session.peer.next(.ping)
                let second = try await session.peer.next(.ping)
                // A heartbeat that is answered shows that no third ping was on its way.
                try await session.peer.send(Package(.heartbeatRequest, GUID(1, 1)))
                #expect(try await session.peer.next()?.command == .heartbeatResponse)
                try await session.peer.send(Package(.pong, first.correlation))
                try await session.peer.send(Package(.pong, second.correlation))
            }
            for call in calls { _ = try await call.value }
        }
    }

    @Test("the client takes no page of an iteration that was left")
    func abandonedIteration() async throws {
        try await ScriptedSession.run { session in
            let record = EventRecord(
                stream: Bytes(utf8: "s"), number: 0, id: GUID(1, 1), type: Bytes(utf8: "t"), isJSON: false,
                data: Bytes(), metadata: Bytes(), created: 0
            )
            let page = ReadStreamEventsCompleted(
                result: .success, events: [ResolvedRecord(event: record, link: nil)], nextEventNumber: 1,
                lastEventNumber: 5, isEndOfStream: false, lastCommitPosition: 0
            )
            let gate = Gate()
            async let first: Int64? = {
                for try await event in session.client.iter("s") {
                    await gate.pass()
                    return event.number
                }
                return nil
            }()
            let request = try await session.peer.next(.readStreamEventsForward)
            let answer = Package(.readStreamEventsForwardCompleted, request.correlation, payload: page.encoded())
            try await session.peer.send(answer)
            let ahead = try await session.peer.next(.readStreamEventsForward)
            gate.open()
            #expect(try await first == 0)
            // The page that was fetched ahead comes too late, and harms nobody (S18).
            let late = Package(.readStreamEventsForwardCompleted, ahead.correlation, payload: page.encoded())
            try await session.peer.send(late)
            async let ping = session.client.ping()
            try await session.peer.send(Package(.pong, try await session.peer.next(.ping).correlation))
            _ = try await ping
        }
    }
}
