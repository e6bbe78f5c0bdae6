import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("Calls that are made one after another, none awaited", .timeLimit(.minutes(1)))
struct OrderTests {
    private static let unlimited: @Sendable (inout Client.Configuration) -> Void = { $0.maximumInFlight = 100_000 }

    /// Makes calls in tasks of its own.
    private actor Caller {
        private let client: Client

        init(_ client: Client) {
            self.client = client
        }

        func publish(_ count: Int) -> [Task<Void, any Error>] {
            (0..<count).map { number in
                Task { _ = try await self.client.publish([], to: "s-\(number)") }
            }
        }

        /// One call of each kind, again and again.
        func callAll(_ rounds: Int) -> [Task<Void, any Error>] {
            let transaction = self.client.transaction(5, on: "s")
            return (0..<rounds).flatMap { _ in
                [
                    Task { _ = try await self.client.publish([], to: "s") },
                    Task { _ = try await self.client.getEvent(0, in: "s") },
                    Task { _ = try await self.client.subscribe(to: "s") },
                    Task { try await self.write(to: transaction) },
                    Task { for try await _ in self.client.iter("s") {} },
                    Task { _ = try await self.client.connectSubscription("g", to: "s") },
                    Task { _ = try await self.client.get("s") },
                    Task { for try await _ in self.client.iterAll() {} },
                    Task { try await self.client.ping() },
                ]
            }
        }

        private func write(to transaction: Transaction) async throws { try await transaction.write([]) }

        static let commands: [Command] = [
            .writeEvents, .readEvent, .subscribeToStream, .transactionWrite, .readStreamEventsForward,
            .connectToPersistentSubscription, .readStreamEventsForward, .readAllEventsForward, .ping,
        ]
    }

    private static func end(_ calls: [Task<Void, any Error>]) async {
        for call in calls { call.cancel() }
        for call in calls { _ = await call.result }
    }

    @Test("S74: calls made one after another are sent in that order")
    func order() async throws {
        try await ScriptedSession.run(Self.unlimited) { session in
            let count = 5000
            let calls = await Caller(session.client).publish(count)
            for number in 0..<count {
                let request = try await session.peer.next(.writeEvents)
                let write = try WriteEvents(decoding: request.payload)
                #expect(write.stream == "s-\(number)")
            }
            await Self.end(calls)
        }
    }

    @Test("S74: calls made one after another are sent in that order when their tasks begin at once")
    func immediate() async throws {
        try await ScriptedSession.run(Self.unlimited) { session in
            let count = 5000
            let calls = (0..<count).map { number in
                Task.immediate { _ = try await session.client.publish([], to: "s-\(number)") }
            }
            for number in 0..<count {
                let request = try await session.peer.next(.writeEvents)
                let write = try WriteEvents(decoding: request.payload)
                #expect(write.stream == "s-\(number)")
            }
            await Self.end(calls)
        }
    }

    @Test("S74: calls made one after another are sent in that order, whatever they ask for")
    func allKinds() async throws {
        try await ScriptedSession.run(Self.unlimited) { session in
            let rounds = 500
            let calls = await Caller(session.client).callAll(rounds)
            for round in 0..<rounds {
                for command in Caller.commands {
                    let package = try await session.peer.next()
                    #expect(package?.command == command, "in round \(round)")
                }
            }
            await Self.end(calls)
        }
    }

    @Test("S74: calls made one after another are sent in that order when most of them have to stand in line")
    func queued() async throws {
        let settings: (inout Client.Configuration) -> Void = {
            $0.maximumInFlight = 2
            $0.maximumWaiting = 1
        }
        try await ScriptedSession.run(settings) { session in
            let count = 2000
            let calls = await Caller(session.client).publish(count)
            for number in 0..<count {
                let request = try await session.peer.next(.writeEvents)
                let write = try WriteEvents(decoding: request.payload)
                #expect(write.stream == "s-\(number)")
                let reply = WriteEventsCompleted(
                    result: .success, firstEventNumber: 0, lastEventNumber: 0, preparePosition: 1, commitPosition: 1)
                let answer = Package(.writeEventsCompleted, request.correlation, payload: reply.encoded())
                try await session.peer.send(answer)
            }
            for call in calls { try await call.value }
            #expect(await session.client.load == ClientLoad())
        }
    }

    @Test(
        "calls made one after another end each by itself: cancelled before they begin, in line or while they wait, and none is lost"
    )
    func cancelled() async throws {
        let settings: (inout Client.Configuration) -> Void = {
            $0.maximumInFlight = 50
            $0.maximumWaiting = 50
        }
        try await ScriptedSession.run(settings) { session in
            let calls = await Caller(session.client).publish(1000)
            for (number, call) in calls.enumerated() where number % 2 == 1 { call.cancel() }
            let answering = Task {
                while let request = try await session.peer.next() {
                    let reply = WriteEventsCompleted(
                        result: .success, firstEventNumber: 0, lastEventNumber: 0, preparePosition: 1,
                        commitPosition: 1)
                    let answer = Package(.writeEventsCompleted, request.correlation, payload: reply.encoded())
                    try await session.peer.send(answer)
                }
            }
            for (number, call) in calls.enumerated() where number % 2 == 0 { try await call.value }
            for (number, call) in calls.enumerated() where number % 2 == 1 { _ = await call.result }
            #expect(await session.client.load == ClientLoad())
            // All places are free again.
            for _ in 0..<200 { _ = try await session.client.publish([], to: "s") }
            await session.client.close()
            _ = await answering.result
        }
    }
}
