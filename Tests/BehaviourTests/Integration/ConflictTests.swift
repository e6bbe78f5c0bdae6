import EmbeddedEventStore
import PhotonPump
import Testing

@Suite("Meeting other writers", .timeLimit(.minutes(1)))
struct ConflictTests {
    @Test("a conflict with another writer is a value for those who ask for one")
    func value() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let first = try await client.tryPublish(try Pony.events(2), to: stream, expecting: .noStream)
            guard case .written(let result) = first else { throw CancellationError() }
            #expect(result.lastEventNumber == 1)
            let second = try await client.tryPublish(try Pony.events(1), to: stream, expecting: .version(0))
            guard case .conflict(let conflict) = second else { throw CancellationError() }
            #expect((conflict.expected, conflict.actual) == (.version(0), 1))
            #expect(
                try await failure { try await client.tryPublish([], to: "", expecting: .any) }.code == .invalidArgument)
        }
    }

    @Test("a conflict with another writer leads to another decision, with the events that were not seen")
    func decided() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            var seen: [[Int64]] = []
            let result = try await client.publish(
                to: stream,
                deciding: { events in
                    seen.append(events.map(\.number))
                    // Somebody else is faster, twice.
                    if seen.count <= 2 { try await client.publish(try Pony.events(seen.count), to: stream) }
                    return [try Pony(name: "decided").event()]
                }
            )
            #expect(seen == [[], [0], [1, 2]])
            #expect(result?.lastEventNumber == 3)
        }
    }

    @Test(
        "what was decided and may have been written is not safe to be decided again",
        .enabled(if: TestServer.isEmbedded, "loses a reply"))
    func undecided() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient(server.connectionString, logger: .silent) { client in
                for (isLost, stream) in [(true, "ponies"), (false, "$denied")] {
                    if isLost { try await server.faults.add(.loseReply(to: .writeEvents, times: 1)) }
                    let error = try await failure {
                        try await client.publish(
                            to: stream, options: CallOptions(timeout: .milliseconds(300)),
                            deciding: { _ in
                                isLost ? try Pony.events(1) : [NewEvent(type: "", data: "", isJSON: false)]
                            })
                    }
                    #expect(error.mayHaveBeenApplied == isLost && error.isSafeToRepeat != isLost, "\(error)")
                }
            }
        }
    }

    @Test("many writers in conflict each decide on all that came before")
    func concurrent() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        var count = 0
                        try await client.publish(
                            to: stream, attempts: 100,
                            deciding: { events in
                                count += events.count
                                return [try Pony(name: "\(count)").event()]
                            }
                        )
                    }
                }
                try await group.waitForAll()
            }
            let names = try await client.get(stream).events.map { try $0.decode(Pony.self).name }
            #expect(names == (0..<6).map { "\($0)" })
        }
    }

    @Test(
        "S78: deciding on a stream whose events are gone writes at the first attempt",
        arguments: Emptying.allCases, [-1, 1, 2] as [Int64])
    fileprivate func emptied(_ emptying: Emptying, after number: Int64) async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(3), to: stream)
            try await emptying.perform(stream, client)
            var decisions = 0
            let result = try await client.publish(
                to: stream, after: number,
                deciding: { events in
                    decisions += 1
                    #expect(events.isEmpty)
                    return try Pony.events(1)
                }
            )
            #expect((decisions, result?.firstEventNumber) == (1, 3))
        }
    }

    @Test("too many conflicts in a row are reported as one, and deciding for nothing writes nothing")
    func givenUp() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let error = try await failure {
                try await client.publish(
                    to: stream, attempts: 3,
                    deciding: { _ in
                        try await client.publish(try Pony.events(1), to: stream)
                        return try Pony.events(1)
                    }
                )
            }
            #expect(error.code == .wrongExpectedVersion)
            let nothing = try await client.publish(
                to: stream, after: 1, deciding: { $0.count == 1 ? [] : try Pony.events(1) })
            #expect(nothing == nil)
            #expect(try await client.lastEventNumber(of: stream) == 2)
        }
    }
}

/// Ways in which a stream loses its events.
private enum Emptying: CaseIterable {
    case truncating, aging, deleting

    func perform(_ stream: String, _ client: Client) async throws {
        switch self {
        case .truncating: try await client.truncateStream(stream, before: 3)
        case .deleting: try await client.deleteStream(stream)
        case .aging:
            try await client.editMetadata(of: stream) { $0.maxAge = .seconds(1) }
            while try await !client.get(stream).events.isEmpty { await Task.yield() }
        }
    }
}

@Suite("The ends of streams", .timeLimit(.minutes(1)))
struct EndsTests {
    @Test("the ends of streams are told, or that there is none")
    func ends() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            #expect(try await client.lastEventNumber(of: stream) == nil)
            #expect(try await client.findEvent(0, in: stream) == nil)
            let written = try await client.publish(try Pony.events(3), to: stream)
            #expect(try await client.lastEventNumber(of: stream) == 2)
            #expect(try await client.findEvent(2, in: stream)?.number == 2)
            #expect(try await client.findEvent(3, in: stream) == nil)
            #expect(try #require(try await client.lastPosition()) >= #require(written.position))
        }
    }

    @Test("the ends of streams of links are those of the events they point to")
    func links() async throws {
        try await TestServer.withClient { client in
            let target = TestServer.newStream("with@at")
            let links = TestServer.newStream("links")
            try await client.publish(try Pony.events(2), to: target)
            try await client.publishEvent(.link(to: 1, in: target), to: links)
            let event = try await client.getLastEvent(in: links, resolveLinks: true)
            #expect((event.stream, event.number, event.received.number) == (target, 1, 0))
        }
    }
}
