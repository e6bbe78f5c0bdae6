import Foundation
import PhotonPump
import Testing

@Suite("Writing", .timeLimit(.minutes(1)))
struct WritingTests {
    @Test("writing an event makes it readable as it was")
    func one() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let id = UUID()
            let result = try await client.publishEvent(
                to: stream, type: "PonyJumped", body: Pony(name: "Derpy"), metadata: ["cause": "hay"], id: id
            )
            #expect((result.stream, result.firstEventNumber, result.lastEventNumber) == (stream, 0, 0))
            #expect(result.position != nil)

            let event = try await client.getEvent(0, in: stream)
            #expect(event.stream == stream)
            #expect(event.number == 0)
            #expect(event.id == id)
            #expect(event.type == "PonyJumped")
            #expect(event.isJSON)
            #expect(try event.decode(Pony.self) == Pony(name: "Derpy"))
            #expect(try event.decodeMetadata([String: String].self) == ["cause": "hay"])
            #expect(abs(event.created.timeIntervalSinceNow) < 3600)
            #expect(event.link == nil)
            #expect(event.received == event.event)
        }
    }

    @Test(
        "writing keeps names and bytes of any kind",
        arguments: [
            ("plain", "t", [UInt8]()), ("ünïcode-🐴", "Ö🐎", [0, 255, 128]), ("a b/c?d#e", "with space", [1]),
            ("x", String(repeating: "t", count: 500), [UInt8](repeating: 7, count: 1 << 20)),
        ]
    )
    func names(prefix: String, type: String, data: [UInt8]) async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream(prefix)
            let event = NewEvent(type: type, data: data, metadata: data, isJSON: false)
            try await client.publishEvent(event, to: stream)
            let read = try await client.getLastEvent(in: stream)
            #expect(read.stream == stream)
            #expect(read.type == type)
            #expect(!read.isJSON)
            #expect(Array(read.data) == data)
            #expect(Array(read.metadata) == data)
            #expect(read.id == event.id)
        }
    }

    @Test("writing several events keeps their order, and comes after what was there")
    func batch() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let first = try await client.publish(try Pony.events(3), to: stream)
            #expect((first.firstEventNumber, first.lastEventNumber) == (0, 2))
            let second = try await client.publish(try Pony.events(2), to: stream, expecting: first.nextExpectedVersion)
            #expect((second.firstEventNumber, second.lastEventNumber) == (3, 4))
            #expect(try #require(second.position) > #require(first.position))
            let names = try await client.get(stream).events.map { try $0.decode(Pony.self).name }
            #expect(names == ["0", "1", "2", "0", "1"])
        }
    }

    @Test("writing no events only checks the version")
    func nothing() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let result = try await client.publish([], to: stream, expecting: .noStream)
            #expect(result.lastEventNumber == -1)
            #expect(result.nextExpectedVersion == .noStream)
            #expect(
                try await failure { try await client.publish([], to: stream, expecting: .version(0)) }.code
                    == .wrongExpectedVersion)
        }
    }

    @Test("writing succeeds when the stream is as expected, whatever that is")
    func expectedVersions() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            for (number, expected) in [ExpectedVersion.noStream, .version(0), .streamExists, .any, .version(3)]
                .enumerated()
            {
                let result = try await client.publish(try Pony.events(1), to: stream, expecting: expected)
                #expect(result.lastEventNumber == Int64(number))
            }
        }
    }

    @Test("S53: writing fails with both versions when the stream is not as expected, and writes nothing")
    func conflicts() async throws {
        try await TestServer.withClient { client in
            let (stream, missing) = (TestServer.newStream(), TestServer.newStream("missing"))
            try await client.publish(try Pony.events(3), to: stream)
            let attempts: [(String, ExpectedVersion, Int64)] = [
                (stream, .noStream, 2), (stream, .version(0), 2), (stream, .version(7), 2), (missing, .version(0), -1),
                (missing, .streamExists, -1),
            ]
            for (name, expected, actual) in attempts {
                let error = try await failure {
                    try await client.publish(try Pony.events(1), to: name, expecting: expected)
                }
                #expect(error.code == .wrongExpectedVersion)
                #expect(error.stream == name)
                #expect(error.conflict?.expected == expected)
                #expect(error.conflict?.actual == actual)
            }
            #expect(try await client.getLastEvent(in: stream).number == 2)
            #expect(try await failure { try await client.getLastEvent(in: missing) }.code == .streamNotFound)
        }
    }

    @Test("writing existing JSON, text and bytes writes them as they are")
    func data() async throws {
        try await TestServer.withClient { client in
            let (stream, json) = (TestServer.newStream(), #"{"pony": "Rarity"}"#)
            try await client.publishEvent(to: stream, type: "t", data: #"{"pony": "Rarity"}"#, isJSON: true)
            try await client.publishEvent(to: stream, type: "t", data: Payload(json), metadata: "{}", isJSON: true)
            try await client.publishEvent(to: stream, type: "t", data: Data(json.utf8), metadata: [7], isJSON: false)
            let events = try await client.get(stream).events
            #expect(events.map(\.data.text) == [json, json, json])
            #expect(events.map(\.isJSON) == [true, true, false])
            #expect(events.map { Array($0.metadata) } == [[], Array("{}".utf8), [7]])
        }
    }

    @Test("S54: writing the same events again is recognised and reported as such")
    func repeated() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let events = try Pony.events(3)
            for expected in [ExpectedVersion.noStream, .any] {
                for isRepeat in [expected != .noStream, true] {
                    let result = try await client.publish(events, to: stream, expecting: expected)
                    #expect((result.firstEventNumber, result.lastEventNumber) == (0, 2))
                    #expect(result.wasAlreadyWritten == isRepeat)
                }
            }
            #expect(try await client.get(stream).events.count == 3)
        }
    }

    @Test("S10: writing is refused where the user may not write, and the client goes on")
    func accessDenied() async throws {
        try await TestServer.withConfiguration { configuration in
            var anonymous = configuration
            anonymous.credentials = nil
            try await withClient(anonymous, logger: .silent) { client in
                let stream = TestServer.newStream("$secret")
                let error = try await failure { try await client.publish(try Pony.events(1), to: stream) }
                #expect(error.code == .accessDenied)
                #expect(error.stream == stream)
                for _ in 0..<100 { try await client.ping() }
            }
        }
    }

    @Test("S55: writing what is too large is refused before it is sent, and the client goes on")
    func tooLarge() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let large = NewEvent(type: "t", data: [UInt8](repeating: 0, count: 17 << 20), isJSON: false)
            #expect(try await failure { try await client.publishEvent(large, to: stream) }.code == .tooLarge)
            let nearly = NewEvent(type: "t", data: [UInt8](repeating: 1, count: 16_000_000), isJSON: false)
            try await client.publishEvent(nearly, to: stream)
            #expect(try await client.getEvent(0, in: stream).data.count == 16_000_000)
        }
    }

    @Test("writing from two thousand tasks at once writes each event once")
    func concurrent() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let events = try Pony.events(2000)
            let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
                for event in events {
                    group.addTask { try await client.publishEvent(event, to: stream).lastEventNumber }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(numbers == Set(0..<2000))
            let ids = try await client.iter(stream).reduce(into: Set()) { $0.insert($1.id) }
            #expect(ids == Set(events.map(\.id)))
        }
    }
}
