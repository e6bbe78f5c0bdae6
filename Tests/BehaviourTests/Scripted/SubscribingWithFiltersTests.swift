import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("Subscribing to $all", .timeLimit(.minutes(1)))
struct SubscribingWithFiltersTests {
    @Test(
        "subscribing to $all with a filter falls back to filtering here when the server knows no filters, with checkpoints"
    )
    func clientSideFilter() async throws {
        try await ScriptedSession.run { session in
            var options = SubscriptionOptions()
            options.checkpointInterval = 2
            async let subscribing = session.client.subscribeToAll(
                matching: .types(prefixedBy: "good"), options: options)
            let filtered = try await session.peer.next(.filteredSubscribeToStream)
            let message = try FilteredSubscribe(decoding: filtered.payload)
            #expect(message.checkpointInterval == 2)
            #expect(message.stream.isEmpty)
            let unknown = Bytes(utf8: "Could not unwrap network package for command 210.\n")
            try await session.peer.send(Package(.badRequest, filtered.correlation, payload: unknown))
            let id = try await session.peer.confirmSubscription(behind: nil)
            var messages = try await subscribing.messages.makeAsyncIterator()
            for (position, type) in zip(Int64(2000)..., ["bad", "good", "bad", "bad", "good"]) {
                let record = ResolvedRecord(event: ScriptedPeer.record(position, type: type), link: nil)
                try await session.peer.push(record, id, at: position)
            }
            var heard: [String] = []
            while heard.count < 5, let message = try await messages.next() {
                switch message {
                case .event(let event): heard.append("event \(event.number)")
                case .checkpoint(.after(let position)): heard.append("after \(position)")
                case let other: heard.append("\(other)")
                }
            }
            #expect(heard == ["after 1000/1000", "live", "event 2001", "after 2002/2002", "event 2004"])
        }
    }

    @Test(
        "subscribing to $all with a filter that the server refuses for another reason fails, and the log is not read instead"
    )
    func refusedFilter() async throws {
        try await ScriptedSession.run { session in
            async let subscribing = failure {
                try await session.client.subscribeToAll(matching: .types(prefixedBy: "good"))
            }
            let words = "Could not unwrap network package for command FilteredSubscribeToStream.\n"
            try await session.peer.refuse(.filteredSubscribeToStream, words)
            let error = try await subscribing
            #expect(error.code == .badRequest)
            #expect(error.serverMessage?.contains("command FilteredSubscribeToStream") == true)

            async let reading = failure { try await session.client.getAll(matching: .types(prefixedBy: "good")) }
            try await session.peer.refuse(.filteredReadAllEventsForward, "no such filter")
            #expect(try await reading.serverMessage == "no such filter")

            async let iterating = failure {
                for try await _ in session.client.iterAll(direction: .backward, matching: .types(prefixedBy: "good")) {}
            }
            try await session.peer.refuse(.filteredReadAllEventsBackward, "no such filter")
            #expect(try await iterating.code == .badRequest)

            async let ping = session.client.ping()
            let next = try await session.peer.next()
            #expect(next?.command == .ping, "nothing else was asked for meanwhile")
            try await session.peer.send(Package(.pong, next?.correlation ?? .zero))
            _ = try await ping
        }
    }

    @Test("subscribing to $all with a server's filter moves on by its checkpoints")
    func checkpoints() async throws {
        try await ScriptedSession.run { session in
            async let subscribing = session.client.subscribeToAll(matching: .types(prefixedBy: "good"))
            let request = try await session.peer.next(.filteredSubscribeToStream)
            try await session.peer.confirm(
                request, SubscriptionConfirmation(lastCommitPosition: 9, lastEventNumber: nil))
            let subscription = try await subscribing
            let checkpoint = CheckpointReached(commitPosition: 50, preparePosition: 49)
            try await session.peer.send(
                Package(.checkpointReached, request.correlation, payload: checkpoint.encoded()))
            var messages = subscription.messages.makeAsyncIterator()
            guard case .checkpoint(.after(Position(commit: 9, prepare: 9)))? = try await messages.next(),
                case .live? = try await messages.next(),
                case .checkpoint(.after(Position(commit: 50, prepare: 49)))? = try await messages.next()
            else {
                Issue.record("other messages")
                return
            }
            #expect(subscription.status.lastPlace == Position(commit: 50, prepare: 49))
        }
    }
}
