import Foundation
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

/// Servers whose process is stopped and continued, or killed.
@Suite(.timeLimit(.minutes(1))) struct SuspensionTests {
    private static var withHTTP: EmbeddedServer.Configuration {
        var configuration = EmbeddedServer.Configuration.patient
        configuration.httpPort = 0
        return configuration
    }

    @Test("S14: a suspended server accepts connections and answers nobody until it is resumed")
    func suspension() async throws {
        try await FaultySession.run { session in
            try await session.expectAllIsWell()
            await session.server.suspend()
            try await session.client.send(FaultySession.write("a"))
            let late = try await ScriptedPeer.connect(to: session.server)
            try await late.send(FaultySession.ping(1))
            try await session.server.waitForSuspended(connections: 1)
            #expect(await session.server.core.store.log.entries.isEmpty)
            await session.server.resume()
            #expect(try await session.client.next()?.command == .writeEventsCompleted)
            #expect(try await late.next()?.correlation == GUID(1, 1))
            try await session.expectAllIsWell()
        }
    }

    @Test("a suspended server tells its subscribers nothing until it is resumed", arguments: [true, false])
    func subscribers(_ isResumed: Bool) async throws {
        try await FaultySession.run { session in
            let subscribe = SubscribeToStream(stream: "$$s", resolveLinks: false)
            let package = Package(.subscribeToStream, GUID(4, 4), login: try .admin, payload: subscribe.encoded())
            #expect(try await session.client.ask(package)?.command == .subscriptionConfirmation)
            await session.server.suspend()
            try await session.server.deleteStream("s")
            if isResumed { await session.server.resume() } else { await session.server.dropConnections() }
            // What was not sent when the connection ended never is.
            #expect(try await session.client.next()?.command == (isResumed ? .streamEventAppeared : nil))
        }
    }

    @Test("a suspended server answers no HTTP request until it is resumed")
    func http() async throws {
        try await withEmbeddedServer(Self.withHTTP, logger: .silent) { server in
            await server.suspend()
            async let ping = HTTPTests.get("/ping", from: server)
            try await server.waitForSuspended(requests: 1)
            await server.resume()
            #expect(try await ping.status == 200)
        }
    }

    @Test("a suspended server can be killed, and starts anew", arguments: [true, false])
    func kill(_ isKilled: Bool) async throws {
        let server = try await EmbeddedServer.startedOnOwnPorts(http: true)
        let client = try await ScriptedPeer.connect(to: server)
        #expect(try await client.ask(FaultySession.ping(1))?.command == .pong)
        await server.suspend()
        try await client.send(FaultySession.write("a"))
        if isKilled { await server.kill() } else { await server.stop() }
        #expect(try await client.next() == nil)
        await server.resume()
        try await server.start()
        #expect(await server.core.store.log.entries.isEmpty)
        #expect(try await ScriptedPeer.connect(to: server).ask(FaultySession.ping(2))?.command == .pong)
        await server.stop()
    }

    @Test("S41: a killed server tells its subscribers nothing")
    func killing() async throws {
        let server = try await EmbeddedServer.startedOnOwnPorts()
        let client = try await ScriptedPeer.connect(to: server)
        let subscribe = SubscribeToStream(stream: "s", resolveLinks: false)
        let package = Package(.subscribeToStream, GUID(4, 4), payload: subscribe.encoded())
        #expect(try await client.ask(package)?.command == .subscriptionConfirmation)
        await server.kill()
        #expect(try await client.next() == nil)
        await server.kill()
    }

    @Test("what comes twice or at the wrong time has no effect")
    func repetition() async throws {
        let server = EmbeddedServer(.patient, logger: .silent)
        await server.suspend()
        try await server.start()
        await server.resume()
        #expect(try await ScriptedPeer.connect(to: server).ask(FaultySession.ping(1))?.command == .pong)
        await server.suspend()
        await server.suspend()
        await server.resume()
        #expect(try await ScriptedPeer.connect(to: server).ask(FaultySession.ping(2))?.command == .pong)
        await server.stop()
    }

    @Test("a master that is suspended is replaced, and follows the other one when it is resumed")
    func cluster() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            let client = try await ScriptedPeer.connect(to: cluster.nodes[0])
            #expect(try await client.ask(.writing("a", requireMaster: true))?.command == .writeEventsCompleted)
            try await cluster.suspend(0, election: .onDemand)
            #expect(await cluster.master == nil)
            try await client.send(.writing("b", requireMaster: true))
            await #expect(throws: EmbeddedServerError.self) { try await cluster.moveMaster(to: 0) }
            try await cluster.moveMaster(to: 1)
            let other = try await ScriptedPeer.connect(to: cluster.nodes[1])
            #expect(try await other.ask(.writing("c", requireMaster: true))?.command == .writeEventsCompleted)
            try await cluster.resume(0)
            try await cluster.waitUntilReady(0)
            // What it had not read yet, it reads as a follower.
            #expect(try await client.next()?.command == .notHandled)
            #expect(await cluster.master == 1)
        }
    }

    @Test("a startup that ends, and others that are to be found, wait for the node to be resumed")
    func startup() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            try await cluster.kill(0)
            try await cluster.restart(0, alone: true, startup: .onDemand(logins: .refused))
            try await cluster.suspend(0)
            await cluster.nodes[0].finishStartup()
            try await cluster.reconnect(0)
            await #expect(throws: EmbeddedServerError.self) { try await cluster.moveMaster(to: 0) }
            try await cluster.resume(0)
            try await cluster.waitUntilReady(0)
            try await cluster.moveMaster(to: 0)
        }
    }
}

extension EmbeddedServer {
    /// Returns as soon as this many have come to a suspended server.
    fileprivate func waitForSuspended(connections: Int = 0, requests: Int = 0) async throws {
        try await self.waitForReadiness {
            $0.acceptedCount >= connections && $0.requestCount >= requests
        }
    }
}
