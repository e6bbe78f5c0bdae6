import PhotonPump
import Testing

@Suite("Transactions on a server", .timeLimit(.minutes(1)))
struct TransactionTests {
    @Test("transactions show nothing before they are committed, and everything at once afterwards")
    func committed() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(1), to: stream)
            let transaction = try await client.startTransaction(on: stream, expecting: .version(0))
            try await transaction.write(try Pony.events(2))
            try await transaction.write(try Pony.events(1))
            #expect(try await client.getLastEvent(in: stream).number == 0)

            let result = try await transaction.commit()
            #expect((result.firstEventNumber, result.lastEventNumber) == (1, 3))
            #expect(!result.wasAlreadyWritten)
            let names = try await client.get(stream).events.map { try $0.decode(Pony.self).name }
            #expect(names == ["0", "0", "1", "0"])
            #expect(try await transaction.commit().wasAlreadyWritten)
        }
    }

    @Test("transactions survive their connection, and are continued by their id")
    func continued() async throws {
        try await TestServer.withConfiguration { configuration in
            let stream = TestServer.newStream()
            let id = try await withClient(configuration, logger: .silent) { client in
                let transaction = try await client.startTransaction(on: stream)
                try await transaction.write(try Pony.events(2))
                return transaction.id
            }
            try await withClient(configuration, logger: .silent) { client in
                let transaction = client.transaction(id, on: stream)
                try await transaction.write(try Pony.events(1))
                let result = try await transaction.commit()
                #expect((result.firstEventNumber, result.lastEventNumber) == (0, 2))
            }
        }
    }

    @Test(
        "transactions of a scope are committed at its end; S56: nothing is written when it throws what their source throws"
    )
    func scoped() async throws {
        struct SourceFailed: Error {}
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let result = try await client.withTransaction(on: stream, expecting: .noStream) { transaction in
                try await transaction.write(try Pony.events(3))
            }
            #expect(result.lastEventNumber == 2)
            let events = try Pony.events(3)
            let source = AsyncThrowingStream { continuation in
                for event in events { continuation.yield(event) }
                continuation.finish(throwing: SourceFailed())
            }
            await #expect(throws: SourceFailed.self) {
                try await client.withTransaction(on: stream) { transaction in
                    for try await event in source { try await transaction.write([event]) }
                }
            }
            let last = try await client.getLastEvent(in: stream).number
            #expect(last == 2)
        }
    }

    @Test("transactions that are rolled back are neither written to nor committed, except by others")
    func rolledBack() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let transaction = try await client.startTransaction(on: stream)
            try await transaction.write(try Pony.events(2))
            try transaction.rollback()
            try transaction.rollback()
            for attempt in [
                { try await transaction.write(try Pony.events(1)) }, { try await transaction.commit() },
            ] as [() async throws -> Void] {
                let error = try await failure(attempt)
                #expect(error.code == .invalidArgument)
                #expect(error.message == "transaction \(transaction.id) on '\(stream)' was rolled back")
            }
            #expect(try await client.state(of: stream) == .missing)

            // The server has not been told.
            let other = client.transaction(transaction.id, on: stream)
            #expect(try await other.commit().lastEventNumber == 1)
            #expect(throws: PhotonPumpError.self) { try other.rollback() }
        }
    }

    @Test("transactions are refused when they are committed, not before")
    func refused() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(3), to: stream)
            let transaction = try await client.startTransaction(on: stream, expecting: .version(0))
            try await transaction.write(try Pony.events(1))
            let conflict = try await failure { try await transaction.commit() }
            #expect(conflict.code == .wrongExpectedVersion)
            #expect(conflict.conflict?.expected == .version(0))

            let deleted = TestServer.newStream()
            try await client.tombstoneStream(deleted)
            let late = try await client.startTransaction(on: deleted)
            try await late.write(try Pony.events(1))
            #expect(try await failure { try await late.commit() }.code == .streamDeleted)
        }
    }

    @Test("transactions that expect what no server checks for them are not started")
    func unchecked() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let error = try await failure { try await client.startTransaction(on: stream, expecting: .streamExists) }
            #expect((error.code, error.stream) == (.invalidArgument, stream))
        }
    }
}
