import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("The limits of a client", .timeLimit(.minutes(1)))
struct CallLimitsTests {
    @Test("waiting calls are let in one by one, in the order they came")
    func order() async throws {
        let limits: (inout Client.Configuration) -> Void = { ($0.maximumInFlight, $0.maximumWaiting) = (1, 1) }
        try await ScriptedSession.run(limits) { session in
            var calls: [Task<Void, any Error>] = []
            for position in 0..<5 {
                calls.append(Task { _ = try await session.client.get("s-\(position)") })
                try await session.client.settles { $0.inFlight + $0.waiting + $0.suspended == position + 1 }
            }
            #expect(await session.client.load == ClientLoad(inFlight: 1, waiting: 1, suspended: 3))
            for position in 0..<5 {
                let request = try await session.peer.next(.readStreamEventsForward)
                #expect(try ReadStreamEvents(decoding: request.payload).stream == "s-\(position)")
                try await session.peer.send(Package(.badRequest, request.correlation))
                let error = try await failure { try await calls[position].value }
                #expect(error.code == .badRequest)
            }
            #expect(await session.client.load == ClientLoad())
        }
    }

    @Test("the time a call waits for its turn counts, and its error says that it was not sent")
    func timeout() async throws {
        let limits: (inout Client.Configuration) -> Void = { ($0.maximumInFlight, $0.maximumWaiting) = (1, 1) }
        try await ScriptedSession.run(limits) { session in
            let inside = (0..<2).map { _ in Task { try await session.client.ping() } }
            try await session.client.settles { $0.inFlight + $0.waiting == 2 }
            let options = CallOptions(timeout: .milliseconds(30))
            let error = try await failure { try await session.client.publish([], to: "s", options: options) }
            #expect(error.code == .timedOut)
            #expect(
                error.message
                    == "publish 0 events to 's': its turn did not come in time, so it was not sent (see maximumInFlight)"
            )
            #expect(!error.mayHaveBeenApplied)
            #expect(try #require(error.elapsed) >= .milliseconds(30))
            for call in inside { call.cancel() }
            for call in inside { await #expect(throws: CancellationError.self) { try await call.value } }
            #expect(await session.client.load == ClientLoad())
        }
    }

    @Test("the queue timeout ends a call that was not sent within it, and no call that was")
    func queueTimeout() async throws {
        let limits: (inout Client.Configuration) -> Void = {
            $0.maximumInFlight = 1
            $0.queueTimeout = .milliseconds(30)
        }
        try await ScriptedSession.run(limits) { session in
            let first = Task { try await session.client.ping() }
            let request = try await session.peer.next(.ping)
            let error = try await failure { try await session.client.ping() }
            #expect(error.code == .timedOut)
            #expect(error.attempts == 0)
            try await session.peer.send(Package(.pong, request.correlation))
            _ = try await first.value
        }
    }

    @Test("10,000 cancelled calls leave nothing behind")
    func cancelled() async throws {
        try await ScriptedSession.run { session in
            // The errors are let go of at once, because the testing library keeps a list of those that are alive.
            let calls = (0..<10_000).map { _ in
                Task {
                    do {
                        return try await session.client.ping() < .zero
                    } catch {
                        return error is CancellationError
                    }
                }
            }
            try await session.client.settles { $0 == ClientLoad(inFlight: 2000, waiting: 5000, suspended: 3000) }
            for call in calls { call.cancel() }
            for call in calls { #expect(await call.value) }
            #expect(await session.client.load == ClientLoad())
        }
    }

    @Test("S5: every call ends with the client, those that wait for their turn included, before close returns")
    func close() async throws {
        let limits: (inout Client.Configuration) -> Void = { ($0.maximumInFlight, $0.maximumWaiting) = (2, 2) }
        try await ScriptedSession.run(limits) { session in
            let calls = (0..<9).map { _ in Task { try await session.client.ping() } }
            try await session.client.settles { $0 == ClientLoad(inFlight: 2, waiting: 2, suspended: 5) }
            await session.client.close()
            #expect(await session.client.load == ClientLoad())
            for call in calls {
                let error = try await failure { try await call.value }
                #expect(error.code == .clientClosed)
            }
        }
    }
}

extension Client {
    /// Returns when the calls in hand are as expected. They come from tasks of their own, of whose progress nothing else
    /// tells.
    func settles(_ isExpected: (ClientLoad) -> Bool) async throws {
        while !isExpected(self.load) {
            try Task.checkCancellation()
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}
