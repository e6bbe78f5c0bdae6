import PhotonPump
import Testing

@Suite("Writing a sequence", .timeLimit(.minutes(1)))
struct PublishingSequencesTests {
    private struct SourceFailed: Error {}

    private func source(_ count: Int, then error: (any Error)? = nil) throws -> AsyncThrowingStream<NewEvent, any Error>
    {
        let events = try Pony.events(count)
        return AsyncThrowingStream { continuation in
            for event in events { continuation.yield(event) }
            continuation.finish(throwing: error)
        }
    }

    @Test("writing a sequence keeps its order and bounds its batches", arguments: [1, 10, 64, 1000])
    func order(batchSize: Int) async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let summary = try await client.publish(try self.source(200), to: stream, batchSize: batchSize)
            #expect(summary.eventCount == 200)
            #expect(summary.writeCount >= (200 + batchSize - 1) / batchSize)
            #expect(summary.firstEventNumber == 0)
            #expect(summary.lastWrite?.lastEventNumber == 199)
            let heights = try await client.iter(stream).reduce(into: []) { $0.append(try $1.decode(Pony.self).height) }
            #expect(heights == Array(0..<200))
        }
    }

    @Test("writing a sequence that comes slowly writes each event as it comes")
    func slow() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let (events, source) = AsyncStream.makeStream(of: NewEvent.self)
            let writing = Task { try await client.publish(events, to: stream) }
            for number in 0..<5 {
                source.yield(try Pony(name: "\(number)").event())
                try await Self.waitForEvent(Int64(number), in: stream, client)
            }
            source.finish()
            #expect(try await writing.value.writeCount == 5)
        }
    }

    /// Asks until the event is there; each answer is the event awaited before the next question.
    private static func waitForEvent(_ number: Int64, in stream: String, _ client: Client) async throws {
        while true {
            do {
                _ = try await client.getEvent(number, in: stream)
                return
            } catch let error as PhotonPumpError where [.eventNotFound, .streamNotFound].contains(error.code) {
                continue
            }
        }
    }

    @Test("S56: writing a sequence that fails writes what came before, then throws its error")
    func sourceFails() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            await #expect(throws: SourceFailed.self) {
                try await client.publish(try self.source(25, then: SourceFailed()), to: stream, batchSize: 10)
            }
            let last = try await client.getLastEvent(in: stream).number
            #expect(last == 24)
        }
    }

    @Test("writing a sequence stops at the first write that fails, and says how far it got")
    func writeFails() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let events = try Pony.events(30)
            let large = NewEvent(type: "t", data: [UInt8](repeating: 0, count: 17 << 20), isJSON: false)
            let source = AsyncStream { continuation in
                for event in events.prefix(20) + [large] + events.suffix(10) { continuation.yield(event) }
                continuation.finish()
            }
            let error = try await failure { try await client.publish(source, to: stream, batchSize: 10) }
            #expect(error.code == .tooLarge)
            #expect(error.publishedBefore == 20)
            #expect(try await client.getLastEvent(in: stream).number == 19)
        }
    }

    @Test("writing a sequence expects of each write what the one before it left, and so notices another writer")
    func expectations() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let summary = try await client.publish(try self.source(30), to: stream, expecting: .noStream, batchSize: 7)
            #expect(summary.eventCount == 30)
            let error = try await failure {
                try await client.publish(try self.source(30), to: stream, expecting: .version(3), batchSize: 7)
            }
            #expect(error.code == .wrongExpectedVersion)
            #expect(error.publishedBefore == 0)
        }
    }

    @Test("writing a sequence of nothing writes nothing")
    func empty() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let summary = try await client.publish(try self.source(0), to: stream)
            #expect((summary.eventCount, summary.writeCount) == (0, 0))
            #expect(summary.lastWrite == nil)
            #expect(try await failure { try await client.getLastEvent(in: stream) }.code == .streamNotFound)
        }
    }

    @Test("writing a sequence ends with the task's cancellation")
    func cancelled() async throws {
        try await TestServer.withClient { client in
            let (events, source) = AsyncStream.makeStream(of: NewEvent.self)
            let stream = TestServer.newStream()
            let writing = Task { try await client.publish(events, to: stream) }
            source.yield(try Pony(name: "only").event())
            try await Self.waitForEvent(0, in: stream, client)
            writing.cancel()
            await #expect(throws: CancellationError.self) { try await writing.value }
        }
    }
}
