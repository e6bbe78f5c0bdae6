import EmbeddedEventStore
import PhotonPump
import Testing

// The answer is lost, and the repetition is refused.
extension LostAnswerTests {
    @Test("S77: a commit that is repeated in doubt, and refused then, may have been made")
    func refusedInDoubt() async throws {
        try await Self.run {
            $0.retries.doubtfulWrites = .repeat
        } _: { server, client, other in
            let transaction = try await other.startTransaction(on: "ponies")
            try await transaction.write(try Pony.events(2))
            let continued = client.transaction(transaction.id, on: "ponies")
            let error = try await failure {
                try await Self.lose(.transactionCommit, .beforeReply, of: server) {
                    try await continued.commit()
                } meanwhile: {
                    try await server.faults.add(.answer(.notAuthenticated("no"), to: .transactionCommit))
                }
            }
            #expect((error.code, error.attempts) == (.notAuthenticated, 2))
            #expect(error.mayHaveBeenApplied)
        }
    }

    @Test("S76: a write that is repeated in doubt, and refused then, may have been made")
    func refusedWriteInDoubt() async throws {
        try await Self.run {
            $0.retries.doubtfulWrites = .repeat
        } _: { server, client, other in
            let unreadable = StreamACL(read: ["$admins"], write: ["$all"])
            try await other.setMetadata(StreamMetadata(acl: unreadable), of: "ponies")
            let options = CallOptions(credentials: Credentials(username: "ops", password: "changeit"))
            let error = try await Self.refuse(.beforeReply, of: server) {
                try await client.publish(try Pony.events(1), to: "ponies", options: options)
            }
            #expect(error.mayHaveBeenApplied)
        }
    }

    @Test(
        "S76: a write whose repetition is refused may have been made",
        // With .any, what was made is found in the stream, and not sent again.
        arguments: [(.beforeHandling, .noStream), (.beforeReply, .noStream), (.beforeHandling, .any)]
            as [(EmbeddedServer.Fault.Moment, ExpectedVersion)])
    func refusedRepetition(_ moment: EmbeddedServer.Fault.Moment, _ expected: ExpectedVersion) async throws {
        try await Self.run { server, client, _ in
            let error = try await Self.refuse(moment, of: server) {
                try await client.publish(try Pony.events(1), to: "ponies", expecting: expected)
            }
            #expect(error.mayHaveBeenApplied)
        }
    }

    @Test("S76: a write whose repetition meets a conflict has not been made, as the server would recognise it")
    func conflictingRepetition() async throws {
        try await Self.run { server, client, other in
            let error = try await failure {
                try await Self.lose(.writeEvents, .beforeHandling, of: server) {
                    try await client.publish(try Pony.events(1), to: "ponies", expecting: .noStream)
                } meanwhile: {
                    try await other.publish(try Pony.events(1), to: "ponies")
                }
            }
            #expect((error.code, error.attempts) == (.wrongExpectedVersion, 2))
            #expect(!error.mayHaveBeenApplied)
        }
    }

    /// The error of a write that is lost, and refused when it is repeated.
    private static func refuse(
        _ moment: EmbeddedServer.Fault.Moment, of server: EmbeddedServer,
        _ write: @escaping @Sendable () async throws -> WriteResult
    ) async throws -> PhotonPumpError {
        let error = try await failure {
            try await Self.lose(.writeEvents, moment, of: server, write) {
                try await server.faults.add(.answer(.notAuthenticated("no"), to: .writeEvents, times: 1))
            }
        }
        #expect((error.code, error.attempts) == (.notAuthenticated, 2))
        return error
    }
}
