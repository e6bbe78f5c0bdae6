import EmbeddedEventStore
import PhotonPumpTransport
import ScriptedPeers
import Synchronization
import Testing

@testable import PhotonPump

@Suite("Connecting again", .timeLimit(.minutes(1)))
struct ReconnectingTests {
    @Test("S13: connecting again finds the server at its new address, for the name is looked up at each attempt")
    func movedName() async throws {
        try await withEmbeddedServer(logger: .silent) { old in
            try await withEmbeddedServer(logger: .silent) { new in
                let address = Mutex(old.port)
                let environment = Environment.resolvingNames { (name, port) -> (host: String, port: Int) in
                    #expect((name, port) == ("eventstore.example", 1113))
                    return ("127.0.0.1", address.withLock { $0 })
                }
                let client = try Client(
                    Client.Configuration("tcp://eventstore.example:1113"), logger: .silent, environment: environment)
                try await client.ping()
                #expect(await old.connectionCount == 1)

                let newPort = new.port
                address.withLock { $0 = newPort }
                await old.stop()
                try await client.ping()
                #expect(await new.connectionCount == 1)
                await client.close()
            }
        }
    }

    @Test(
        "S8: connecting again takes a server that does not know its users yet for one that is starting",
        .enabled(if: TestServer.isEmbedded))
    func usersNotLoaded() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            let refusal = EmbeddedServer.Fault.answer(
                .notAuthenticated("Server not yet ready"), to: .authenticate, times: 2)
            let fault = try await server.faults.add(refusal)
            try await withClient(TestServer.configuration(server.connectionString), logger: .silent) {
                try await $0.ping()
            }
            #expect(fault.effectCount == 2)
        }
    }

    @Test(
        "S8: connecting again takes a server that refuses the user it had accepted for one that is starting, whatever its words"
    )
    func acceptedBefore() async throws {
        try await OutageTests.run { cluster, client in
            try await client.publish(try Pony.events(1), to: "ponies")
            try await cluster.kill(0)
            try await cluster.restart(0, alone: true)
            let call = Task { try await client.publish(try Pony.events(1), to: "ponies").lastEventNumber }
            while await client.status.lastError?.code != .notAuthenticated { await Task.yield() }
            try await cluster.reconnect(0)
            #expect(try await call.value == 1)
        }
    }

    @Test(
        "S9: connecting is given up for a user who was accepted once and is refused for longer than connecting may take"
    )
    func refusedForGood() async throws {
        let settings: (inout Client.Configuration) -> Void = { $0.connectTimeout = .milliseconds(300) }
        try await OutageTests.run(settings) { cluster, client in
            try await client.ping()
            let changes = await client.changes
            try await cluster.kill(0)
            try await cluster.restart(0, alone: true)
            let error = try await failure { try await client.ping() }
            #expect(error.code == .notAuthenticated)
            for await case .authenticationFailed in changes { break }
            #expect(await client.status.phase == .idle)
        }
    }
}

extension Environment {
    /// That of the machine, except that addresses are found by `address`.
    fileprivate static func resolvingNames(
        by address: @escaping @Sendable (String, Int) -> (host: String, port: Int)
    ) -> Environment {
        Environment(lookUp: { name, port, executor, completion in
            let (host, port) = address(name, port)
            AddressResolver.resolve(host: host, port: port, on: executor.queue, completion: completion)
        })
    }
}
