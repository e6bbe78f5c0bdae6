import Foundation
import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("The terms of a call", .timeLimit(.minutes(1)))
struct CallTermsTests {
    private static let soon = CallOptions(timeout: .milliseconds(500))

    @Test("a call ends when its time is up, and says that a write may have been made")
    func timeout() async throws {
        try await ScriptedSession.run { session in
            let error = try await failure { try await session.client.publish([], to: "s", options: Self.soon) }
            #expect(error.code == .timedOut)
            #expect(error.message == "publish 0 events to 's': no answer within 500 ms (it was sent once)")
            #expect(error.attempts == 1)
            #expect(error.mayHaveBeenApplied)
            #expect(error.isSafeToRepeat)
            #expect(try #require(error.elapsed) >= .milliseconds(500))

            // The late answer is passed over, and others are served.
            let late = try await session.peer.next(.writeEvents)
            try await session.peer.send(Package(.writeEventsCompleted, late.correlation))
            async let ping = session.client.ping()
            try await session.peer.send(Package(.pong, try await session.peer.next(.ping).correlation))
            _ = try await ping
        }
    }

    @Test(
        "a write that may have been made is safe to repeat only where the event keeps its id",
        arguments: [true, false])
    func safety(hasID: Bool) async throws {
        let settings: (inout Client.Configuration) -> Void = { $0.retries.afterNoAnswer = false }
        try await ScriptedSession.run(settings) { session in
            let call = Task {
                try await session.client.publishEvent(to: "s", type: "t", body: ["a": 1], id: hasID ? UUID() : nil)
            }
            _ = try await session.peer.next(.writeEvents)
            await session.peer.close()
            let error = try await failure { try await call.value }
            #expect(error.mayHaveBeenApplied)
            #expect(error.isSafeToRepeat == hasID)
        }
    }

    @Test("every request goes to the master, or none, where the client's settings say so", arguments: [true, false])
    func requireMaster(isRequired: Bool) async throws {
        let settings: (inout Client.Configuration) -> Void = { $0.requireMaster = isRequired }
        try await ScriptedSession.run(settings) { session in
            let (client, peer) = (session.client, session.peer)
            let read = Task { try await client.getEvent(0, in: "s") }
            let event = try await peer.next(.readEvent)
            #expect(try ReadEvent(decoding: event.payload).requireMaster == isRequired)

            let write = Task { try await client.publish([], to: "s") }
            let events = try await peer.next(.writeEvents)
            #expect(try WriteEvents(decoding: events.payload).requireMaster == isRequired)

            let subscription = try await client.subscribe(to: "s", from: .start)
            let page = try await peer.next(.readStreamEventsForward)
            #expect(try ReadStreamEvents(decoding: page.payload).requireMaster == isRequired)

            let other = Task {
                try await client.getEvent(0, in: "s", options: CallOptions(requireMaster: !isRequired))
            }
            let last = try await peer.next(.readEvent)
            #expect(try ReadEvent(decoding: last.payload).requireMaster == !isRequired)
            subscription.stop()
            for call in [read, other] { call.cancel() }
            write.cancel()
        }
    }

    @Test("the time a call waits for its turn counts, and a write that was not sent was not made")
    func timeoutInLine() async throws {
        let settings: (inout Client.Configuration) -> Void = { $0.maximumInFlight = 1 }
        try await ScriptedSession.run(settings) { session in
            let first = Task { try await session.client.ping() }
            let request = try await session.peer.next(.ping)
            let error = try await failure { try await session.client.publish([], to: "s", options: Self.soon) }
            #expect(error.code == .timedOut)
            #expect(error.attempts == 0)
            #expect(!error.mayHaveBeenApplied)
            try await session.peer.send(Package(.pong, request.correlation))
            _ = try await first.value
        }
    }

    @Test("a call's terms are those of the client's settings unless a call has its own")
    func defaultTimeout() async throws {
        let settings: (inout Client.Configuration) -> Void = { $0.operationTimeout = .milliseconds(50) }
        try await ScriptedSession.run(settings) { session in
            #expect(try await failure { try await session.client.ping() }.code == .timedOut)
            let events = session.client.iter("s")
            #expect(try await failure { for try await _ in events {} }.code == .timedOut)
            let patient = Task { try await session.client.ping(options: CallOptions(timeout: .seconds(50))) }
            // The second ping is the patient one.
            _ = try await session.peer.next(.ping)
            let request = try await session.peer.next(.ping)
            #expect(try await failure { try await session.client.ping() }.code == .timedOut)
            try await session.peer.send(Package(.pong, request.correlation))
            _ = try await patient.value
        }
    }

    @Test("a call's requests have the correlation id that its options say, and no two calls at once have the same")
    func correlationID() async throws {
        let id = try #require(UUID(uuidString: "01234567-89AB-CDEF-0123-456789ABCDEF"))
        try await ScriptedSession.run { session in
            let options = CallOptions(correlationID: id)
            let first = Task { try await session.client.ping(options: options) }
            let request = try await session.peer.next(.ping)
            #expect("\(request.correlation)" == "01234567-89ab-cdef-0123-456789abcdef")
            let error = try await failure { try await session.client.getEvent(0, in: "s", options: options) }
            #expect(error.code == .invalidArgument)
            #expect("\(error)".contains("01234567-89ab-cdef-0123-456789abcdef"), "\(error)")
            #expect(error.stream == "s")

            // It is sent again with the same id, also on another connection.
            await session.peer.close()
            let other = try await session.nextConnection()
            let again = try await other.next(.ping)
            #expect(again.correlation == request.correlation)
            try await other.send(Package(.pong, again.correlation))
            _ = try await first.value

            // When the call is over, by whichever end, the id is free.
            let cancelled = Task { try await session.client.ping(options: options) }
            _ = try await other.next(.ping)
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            async let last = session.client.ping(options: options)
            try await other.send(Package(.pong, try await other.next(.ping).correlation))
            _ = try await last
        }
    }

    @Test("S8: a request is repeated while the node is not ready or too busy")
    func notReady() async throws {
        try await ScriptedSession.run { session in
            async let pong = session.client.ping()
            for reason in [NotHandled.Reason.notReady, .tooBusy, .notReady] {
                let request = try await session.peer.next(.ping)
                let refusal = NotHandled(reason: reason).encoded()
                try await session.peer.send(Package(.notHandled, request.correlation, payload: refusal))
            }
            try await session.peer.send(Package(.pong, try await session.peer.next(.ping).correlation))
            _ = try await pong
        }
    }

    @Test("a request is no longer repeated when the time of its call is up")
    func neverReady() async throws {
        try await ScriptedSession.run { session in
            let call = Task { try await session.client.ping(options: Self.soon) }
            let serving = Task {
                while let request = try await session.peer.next() {
                    let refusal = NotHandled(reason: .notReady).encoded()
                    try await session.peer.send(Package(.notHandled, request.correlation, payload: refusal))
                }
            }
            let error = try await failure { try await call.value }
            #expect(error.code == .timedOut)
            #expect(error.attempts >= 1)
            await session.client.close()
            // Its last refusal may have met a closed connection.
            _ = await serving.result
        }
    }

    @Test("credentials and the wish for the master are put on the request of this call only")
    func credentials() async throws {
        try await ScriptedSession.run { session in
            let options = CallOptions(
                credentials: Credentials(username: "ops", password: "secret"), requireMaster: true
            )
            let reading = Task { try await session.client.getEvent(0, in: "s", options: options) }
            let request = try await session.peer.next(.readEvent)
            #expect(request.login == (try Login(name: "ops", password: "secret")))
            #expect(try ReadEvent(decoding: request.payload).requireMaster)
            reading.cancel()

            let other = Task { try await session.client.getEvent(0, in: "s") }
            let plain = try await session.peer.next(.readEvent)
            #expect(plain.login == nil)
            #expect(!(try ReadEvent(decoding: plain.payload).requireMaster))
            other.cancel()
        }
    }

    @Test("a call's terms are refused when they cannot work")
    func invalid() async throws {
        try await ScriptedSession.run { session in
            for options in [
                CallOptions(timeout: .zero), CallOptions(timeout: .seconds(-1)),
                CallOptions(credentials: Credentials(username: "", password: "p")),
            ] {
                let error = try await failure { try await session.client.ping(options: options) }
                #expect(error.code == .invalidArgument)
            }
        }
    }
}
