import EmbeddedEventStore
import PhotonPump
import Testing

@Suite("Checkpoints", .timeLimit(.minutes(2)))
struct CheckpointTests {
    @Test("checkpoints in a stream are the last event of it, and the only one")
    func stream() async throws {
        try await TestServer.withClient { client in
            let name = TestServer.newStream("checkpoint")
            let store = StreamCheckpointStore<Position>(stream: name, client: client)
            let nothing = try await store.load()
            #expect(nothing == nil)
            for commit in 1...5 as ClosedRange<Int64> {
                try await store.save(.after(Position(commit: commit, prepare: commit)))
            }
            let loaded = try await StreamCheckpointStore<Position>(stream: name, client: client).load()
            #expect(loaded == .after(Position(commit: 5, prepare: 5)))
            #expect(try await client.get(name).events.map(\.number) == [4])
        }
    }

    @Test("checkpoints in a stream are saved while the client waits to be closed, after the handlers and their calls")
    func closing() async throws {
        try await TestServer.withConfiguration { configuration in
            let (client, other) = (
                try Client(configuration, logger: .silent), try Client(configuration, logger: .silent)
            )
            let (stream, name, copy) = (
                TestServer.newStream(), TestServer.newStream("checkpoint"), TestServer.newStream()
            )
            try await other.publish(Pony.events(3), to: stream)
            let (started, gate) = (Gate(), Gate())
            let following = Task {
                let store = StreamCheckpointStore<Int64>(stream: name, client: client)
                try await client.follow(stream, checkpoint: store) { event in
                    guard event.number == 1 else { return }
                    started.open()
                    await gate.pass()
                    try await client.publishEvent(to: copy, type: "Copied", body: ["number": event.number])
                }
            }
            await started.pass()
            let closing = await client.beginClosing()
            gate.open()
            await closing.value
            try await following.value
            #expect(try await other.lastEventNumber(of: copy) == 0)
            let saved = try await StreamCheckpointStore<Int64>(stream: name, client: other).load()
            #expect(saved == .after(1))
            await other.close()
        }
    }

    @Test("checkpoints in a stream leave its limit as it is, if it has one")
    func limit() async throws {
        try await TestServer.withClient { client in
            let name = TestServer.newStream("checkpoint")
            try await client.setMetadata(StreamMetadata(maxCount: 3), of: name)
            let store = StreamCheckpointStore<Int64>(stream: name, client: client)
            for number in 0..<5 as Range<Int64> { try await store.save(.after(number)) }
            #expect(try await client.get(name).events.map(\.number) == [2, 3, 4])
        }
    }

    @Test("checkpoints are not what else is in a stream, which is named")
    func otherEvents() async throws {
        try await TestServer.withClient { client in
            let name = TestServer.newStream()
            let store = StreamCheckpointStore<Int64>(stream: name, client: client)
            for data in [try Pony(name: "a").event().data, "", "7"] {
                try await client.publishEvent(NewEvent(type: "t", data: data, isJSON: true), to: name)
                let error = try await failure { _ = try await store.load() }
                #expect(error.code == .unreadableCheckpoint)
                #expect(error.stream == name)
            }
        }
    }

    @Test("checkpoints of $all move on through what a filter leaves out, read and pushed", arguments: [true, false])
    func filtered(isServersWork: Bool) async throws {
        let body: (Client) async throws -> Void = { client in
            let (stream, store) = (TestServer.newStream(), ObservedStore<Position>())
            var options = SubscriptionOptions()
            options.checkpointInterval = 1
            options.pageSize = 10
            func write() async throws -> Position {
                try #require(try await client.publish(Pony.events(25), to: stream).position)
            }
            let old = try await write()
            let task = Task { [options] in
                try await client.followAll(
                    matching: .types(prefixedBy: "\(stream)-none"), checkpoint: store, every: 1,
                    orAfter: .milliseconds(10), options: options
                ) { Issue.record("\($0.type) does not fit") }
            }
            defer { task.cancel() }
            await store.next { Self.isBehind($0, old) }
            // Those that come when it is live.
            let new = try await write()
            await store.next { Self.isBehind($0, new) }
            task.cancel()
            _ = await task.result
        }
        guard TestServer.isEmbedded, !isServersWork else { return try await TestServer.withClient(body) }
        var configuration = EmbeddedServer.Configuration()
        configuration.offersFilteredReads = false
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            try await withClient(TestServer.configuration(server.connectionString), logger: .silent, body)
        }
    }

    private static func isBehind(_ checkpoint: SubscriptionStart<Position>, _ position: Position) -> Bool {
        switch checkpoint {
        case .after(let place): place >= position
        case .from(let place): place > position
        case .start, .end: false
        }
    }

    @Test("checkpoints tell at once where the end was that a program begins at", arguments: [0, 3])
    func end(existing: Int) async throws {
        try await TestServer.withClient { client in
            let (stream, store, journal) = (TestServer.newStream(), ObservedStore<Int64>(), HandledEvents())
            try await client.publish(Pony.events(existing), to: stream)
            func follow() -> Task<Void, any Error> {
                Task {
                    try await client.follow(stream, from: .end, checkpoint: store) { journal.note($0.number) }
                }
            }
            let first = follow()
            await store.next { _ in true }
            first.cancel()
            _ = await first.result
            #expect(store.history == [existing == 0 ? .start : .after(2)])
            try await client.publish(Pony.events(2), to: stream)
            let second = follow()
            await journal.next(2)
            second.cancel()
            _ = await second.result
            #expect(journal.all == [Int64(existing), Int64(existing) + 1])
        }
    }

    @Test(
        "checkpoints and events go on through lost connections, without gap or repeat",
        .enabled(if: TestServer.isEmbedded))
    func reconnecting() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient("\(server.connectionString)?operationTimeout=50s", logger: .silent) { client in
                let (store, journal) = (ObservedStore<Int64>(), HandledEvents())
                try await client.publish(Pony.events(100), to: "ponies")
                var options = SubscriptionOptions()
                options.pageSize = 10
                let task = Task { [options] in
                    try await client.follow(
                        "ponies", checkpoint: store, every: 5, maxConcurrent: 3, partitionedBy: { $0.number % 3 },
                        options: options
                    ) { event in
                        if event.number % 20 == 7 { await server.dropConnections() }
                        journal.note(event.number)
                    }
                }
                defer { task.cancel() }
                await journal.next(100)
                for _ in 0..<4 {
                    try await client.publish(Pony.events(25), to: "ponies")
                    await journal.next(25)
                }
                task.cancel()
                _ = await task.result
                #expect(journal.all.sorted() == Array(0..<200))
                #expect(store.load() == .after(199))
            }
        }
    }
}
