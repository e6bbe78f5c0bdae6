import PhotonPump
import Testing

@Suite("Deleting streams", .timeLimit(.minutes(1)))
struct DeletingTests {
    @Test("deleting a stream makes it missing, until it is written to again and its numbers go on")
    func soft() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(3), to: stream)
            let position = try await client.deleteStream(stream, expecting: .version(2))
            #expect(position != nil)
            #expect(try await failure { try await client.get(stream) }.code == .streamNotFound)
            #expect(try await failure { try await client.getEvent(0, in: stream) }.code == .streamNotFound)
            #expect(try await failure { for try await _ in client.iter(stream) {} }.code == .streamNotFound)
            try await client.deleteStream(stream)

            let result = try await client.publish(try Pony.events(2), to: stream, expecting: .noStream)
            #expect((result.firstEventNumber, result.lastEventNumber) == (3, 4))
            // The server makes the stream readable a moment after it has answered.
            let last = try await client.getLastEvent(in: stream)
            #expect(last.number == 4)
        }
    }

    @Test("deleting a stream shows in its state and in its metadata")
    func state() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            #expect(try await client.state(of: stream) == .missing)
            try await client.publish(try Pony.events(1), to: stream)
            #expect(try await client.state(of: stream) == .exists)
            #expect(try await !client.getMetadata(of: stream).isDeleted)
            try await client.deleteStream(stream)
            #expect(try await client.state(of: stream) == .deleted)
            #expect(try await client.getMetadata(of: stream).isDeleted)
            try await client.tombstoneStream(stream)
            #expect(try await client.state(of: stream) == .tombstoned)
        }
    }

    @Test("deleting a stream for good makes everything fail as deleted")
    func hard() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(3), to: stream)
            try await client.tombstoneStream(stream, expecting: .version(2))
            for attempt in [
                { _ = try await client.get(stream) }, { _ = try await client.getEvent(0, in: stream) },
                { for try await _ in client.iter(stream, direction: .backward) {} },
                { try await client.publish(try Pony.events(1), to: stream) },
                { try await client.deleteStream(stream) }, { try await client.tombstoneStream(stream) },
                { _ = try await client.getMetadata(of: stream) },
                { try await client.setMetadata(StreamMetadata(maxCount: 1), of: stream) },
            ] as [() async throws -> Void] {
                let error = try await failure(attempt)
                #expect(error.code == .streamDeleted)
            }
        }
    }

    @Test("deleting with a wrong expected version fails and deletes nothing")
    func conflict() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(3), to: stream)
            for expected in [ExpectedVersion.noStream, .version(0), .version(9)] {
                let soft = try await failure { try await client.deleteStream(stream, expecting: expected) }
                #expect(soft.code == .wrongExpectedVersion)
                #expect(soft.conflict?.expected == expected)
                let hard = try await failure { try await client.tombstoneStream(stream, expecting: expected) }
                #expect(hard.code == .wrongExpectedVersion)
            }
            #expect(try await client.getLastEvent(in: stream).number == 2)
        }
    }

    @Test("deleting a stream that does not exist succeeds")
    func missing() async throws {
        try await TestServer.withClient { client in
            try await client.deleteStream(TestServer.newStream())
            try await client.tombstoneStream(TestServer.newStream(), expecting: .noStream)
        }
    }

    @Test("deleting is refused where the user may not, with the credentials of that call")
    func accessDenied() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(1), to: stream)
            try await client.setMetadata(StreamMetadata(acl: StreamACL(delete: [])), of: stream)
            let ops = CallOptions(credentials: Credentials(username: "ops", password: "changeit"))
            #expect(try await failure { try await client.deleteStream(stream, options: ops) }.code == .accessDenied)
            try await client.deleteStream(stream)
        }
    }
}
