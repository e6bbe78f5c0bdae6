import EmbeddedEventStore
import Foundation
import Testing

/// What a test lets the server have, and finds there, without a client.
@Suite("Events put into a server", .timeLimit(.minutes(1)))
struct SeedingTests {
    private struct Jump: Codable, Equatable { var height: Int }

    @Test("events put into a server are found there, in order, whether it runs or not")
    func roundTrip() async throws {
        let server = EmbeddedServer(.patient, logger: .silent)
        let id = UUID()
        #expect(await server.events(in: "ponies").isEmpty)
        #expect(try await server.seed("ponies", type: "Jumped", body: Jump(height: 4), metadata: ["by": "me"]) == 0)
        try await server.start()
        #expect(try await server.seed("ponies", type: "Photo", data: [1, 2], isJSON: false, id: id) == 1)
        // The same id is the same event.
        #expect(try await server.seed("ponies", type: "Photo", data: [1, 2], isJSON: false, id: id) == 1)
        let events = await server.events(in: "ponies")
        await server.stop()
        #expect(events.map(\.type) == ["Jumped", "Photo"])
        #expect(events.map(\.number) == [0, 1])
        #expect(events.map(\.stream) == ["ponies", "ponies"])
        #expect(events.map(\.isJSON) == [true, false])
        #expect(try events.first?.decode(Jump.self) == Jump(height: 4))
        #expect(events.first?.metadata == Data(#"{"by":"me"}"#.utf8))
        #expect(events.last?.id == id)
        #expect(events.last?.data == Data([1, 2]))
        #expect(await server.events(in: "ponies") == events)
    }

    @Test("events put into a server are those that clients could write", arguments: [("", "t"), ("ponies", "")])
    func notWritable(stream: String, type: String) async throws {
        let server = EmbeddedServer(.patient, logger: .silent)
        let error = await #expect(throws: EmbeddedServerError.self) {
            try await server.seed(stream, type: type, data: [1], isJSON: false)
        }
        #expect(error?.code == .notWritable)
    }

    @Test("events put into a server are as old as they are to be, and no older than their stream has them")
    func created() async throws {
        let server = EmbeddedServer(.patient, logger: .silent)
        let (now, metadata) = (Date.now, Data(#"{"$maxAge":3600}"#.utf8))
        for (age, type) in [(7200.0, "forgotten"), (1800, "known")] {
            try await server.seed("ponies", type: type, body: [1], created: now - age)
        }
        #expect(await server.events(in: "ponies").map(\.type) == ["forgotten", "known"])
        try await server.seed("$$ponies", type: "$metadata", data: metadata, isJSON: true)
        let events = await server.events(in: "ponies")
        #expect(events.map(\.type) == ["known"])
        let error = try #require(events.first).created.timeIntervalSince(now - 1800)
        #expect(abs(error) <= 0.0011)
        let fresh = try #require(await server.events(in: "$$ponies").first)
        #expect(fresh.created >= now - 1 && fresh.created <= Date.now + 1)
    }

    @Test(
        "events put into a server are of a time that messages can tell",
        arguments: [-62_135_596_801, 253_402_300_800, .infinity, .nan])
    func impossibleTime(seconds: TimeInterval) async throws {
        let server = EmbeddedServer(.patient, logger: .silent)
        let time = Date(timeIntervalSince1970: seconds)
        let error = await #expect(throws: EmbeddedServerError.self) {
            try await server.seed("ponies", type: "t", data: [1], isJSON: false, created: time)
        }
        #expect(error?.code == .notWritable)
    }

    @Test("events put into a server are gone with their stream")
    func deleted() async throws {
        let server = EmbeddedServer(.patient, logger: .silent)
        for number in 0..<3 { #expect(try await server.seed("ponies", type: "t", body: number) == Int64(number)) }
        try await server.deleteStream("ponies")
        #expect(await server.events(in: "ponies").isEmpty)
        #expect(try await server.seed("ponies", type: "t", body: 3) == 3)
        #expect(await server.events(in: "ponies").map(\.number) == [3])
        try await server.deleteStream("ponies", hard: true)
        let error = await #expect(throws: EmbeddedServerError.self) {
            try await server.seed("ponies", type: "t", body: 4)
        }
        #expect(error?.code == .streamDeleted)
    }

    @Test("a server says where it is without being waited for")
    func address() async throws {
        let server = EmbeddedServer(.patient, logger: .silent)
        #expect(server.connectionString == "tcp://admin:changeit@127.0.0.1:0")
        try await server.start()
        #expect(server.port > 0)
        #expect(server.connectionString == "tcp://admin:changeit@127.0.0.1:\(server.port)")
        await server.stop()
        let cluster = EmbeddedCluster(logger: .silent)
        #expect(cluster.connectionString == "discover://admin:changeit@127.0.0.1:0,127.0.0.1:0,127.0.0.1:0")
    }
}
