import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

/// What faults do to connections.
@Suite(.timeLimit(.minutes(1))) struct ConnectionFaultTests {
    typealias Fault = EmbeddedServer.Fault

    @Test(
        "S4: a connection ends before a request is performed, before its reply, or after it",
        arguments: [
            (.beforeHandling, -1, false), (.beforeReply, 0, false), (.withinReply, 0, false), (.afterReply, 0, true),
        ]
            as [(Fault.Moment, Int64, Bool)]
    )
    func drop(_ row: (moment: Fault.Moment, lastNumber: Int64, isAnswered: Bool)) async throws {
        try await FaultySession.run { session in
            let drop = try await session.faults.add(.dropConnection(row.moment, to: .writeEvents, times: 1))
            try await session.expectAllIsWell()
            try await session.client.send(FaultySession.write("a"))
            try await drop.waitForEffect()
            #expect(try await session.client.next()?.command == (row.isAnswered ? .writeEventsCompleted : nil))
            #expect(try await session.client.next() == nil)
            #expect(try await session.lastNumber() == row.lastNumber)
            try await session.expectAllIsWell(try await .connect(to: session.server))
        }
    }

    @Test("a connection ends in the middle of a frame")
    func withinFrame() async throws {
        try await FaultySession.run { session in
            let probe = try await RawClient.connect(port: session.server.port)
            try await session.faults.add(.dropConnection(.withinReply, to: .ping, times: 1))
            let whole = Package(.pong, GUID(1, 5), payload: Bytes(utf8: "5"))
            let (bytes, error) = try await probe.exchange(FaultySession.ping(5))
            #expect(error == nil)
            #expect(bytes == Array(RawClient.frame(whole).prefix(RawClient.frame(whole).count / 2)))
        }
    }

    @Test("a connection ends after so many replies")
    func dropLater() async throws {
        try await FaultySession.run { session in
            try await session.faults.add(.dropConnection(.afterReply, times: 1).skipping(3))
            for number in 1...4 as ClosedRange<UInt64> {
                #expect(try await session.client.ask(FaultySession.ping(number))?.correlation == GUID(1, number))
            }
            #expect(try await session.client.next() == nil)
        }
    }

    @Test("what comes behind a request that ends its connection is not performed, and leaves nothing behind")
    func behindTheEnd() async throws {
        try await FaultySession.run { session in
            try await session.client.subscribe("s")
            try await session.faults.add(.dropConnectionAfterPush(times: 1))
            let subscribe = SubscribeToStream(stream: "t", resolveLinks: false)
            let behind = Package(
                .subscribeToStream, GUID(0x5B, 2), login: try .admin, payload: subscribe.encoded())
            try await session.client.send(RawClient.frame(FaultySession.write("a")) + RawClient.frame(behind))
            try await session.server.waitForConnectionCount(0)
            #expect(await session.server.leftovers == [])
        }
    }

    @Test("all connections end at once")
    func dropAll() async throws {
        try await FaultySession.run { session in
            let other = try await ScriptedPeer.connect(to: session.server)
            try await session.server.waitForConnectionCount(2)
            await session.server.dropConnections()
            #expect(await session.server.connectionCount == 0)
            #expect(try await session.client.next() == nil)
            #expect(try await other.next() == nil)
            try await session.expectAllIsWell(try await .connect(to: session.server))
        }
    }

    @Test("S7: a connection that ends abruptly is reset, one that ends is closed", arguments: [true, false])
    func abruptly(_ isAbrupt: Bool) async throws {
        try await FaultySession.run { session in
            let probe = try await RawClient.connect(port: session.server.port)
            try await session.server.waitForConnectionCount(2)
            await session.server.dropConnections(abruptly: isAbrupt)
            let (bytes, error) = await probe.end()
            #expect(bytes.isEmpty)
            #expect((error != nil) == isAbrupt)
        }
    }

    @Test("S1, S2: nobody can connect until the fault is lifted, and who is connected stays so")
    func refuse() async throws {
        let server = try await EmbeddedServer.startedOnOwnPorts()
        let client = try await ScriptedPeer.connect(to: server)
        let session = FaultySession(server: server, client: client)
        try await session.expectAllIsWell()
        let refusal = try await server.faults.add(.refuseConnections)
        try await refusal.waitForEffect()
        await #expect(throws: SocketError.self) { try await ScriptedPeer.connect(to: server) }
        try await session.expectAllIsWell()
        // It outlasts a restart.
        try await server.restart(keepingData: true)
        await #expect(throws: SocketError.self) { try await ScriptedPeer.connect(to: server) }
        try await refusal.lift()
        try await session.expectAllIsWell(try await .connect(to: server))
        await server.stop()
    }

    @Test("connections are closed as soon as they are made, so many of them")
    func closeNew() async throws {
        try await FaultySession.run { session in
            try await session.server.waitForConnectionCount(1)
            let closing = try await session.faults.add(.closeNewConnections(times: 2))
            for _ in 0..<2 { #expect(try await ScriptedPeer.connect(to: session.server).next() == nil) }
            #expect(closing.effectCount == 2)
            try await session.expectAllIsWell(try await .connect(to: session.server))
            try await session.expectAllIsWell()
        }
    }

    @Test("S14: a server that reads nothing accepts connections, and answers when it reads again")
    func stallReads() async throws {
        try await FaultySession.run { session in
            let stall = try await session.faults.add(.stallReads)
            let client = try await ScriptedPeer.connect(to: session.server)
            try await client.send(FaultySession.write("a"))
            try await stall.waitForEffect()
            #expect(await session.server.core.store.log.entries.isEmpty)
            try await stall.lift()
            #expect(try await client.next(.writeEventsCompleted).correlation == GUID(2, 0))
        }
    }

    @Test("a server that sends nothing performs requests, and answers when it sends again")
    func stallWrites() async throws {
        try await FaultySession.run { session in
            let stall = try await session.faults.add(.stallWrites)
            try await session.client.send(FaultySession.write("a"))
            try await stall.waitForEffect()
            try await session.client.send(FaultySession.ping(1))
            try await stall.waitForEffect(count: 2)
            #expect(await session.server.core.store.log.entries.count == 1)
            let other = try await ScriptedPeer.connect(to: session.server)
            try await other.send(FaultySession.ping(3))
            try await session.faults.liftAll()
            #expect(try await session.client.next()?.command == .writeEventsCompleted)
            #expect(try await session.client.next()?.correlation == GUID(1, 1))
            #expect(try await other.next()?.correlation == GUID(1, 3))
        }
    }

    @Test("S41: a server that restarts closes its connections and has the same port, with its events or without")
    func restart() async throws {
        let server = try await EmbeddedServer.startedOnOwnPorts(http: true)
        let (port, httpPort) = (server.port, server.httpPort)
        for keepsData in [true, false] {
            let session = FaultySession(server: server, client: try await .connect(to: server))
            #expect(try await session.client.ask(FaultySession.write("a"))?.command == .writeEventsCompleted)
            try await server.restart(keepingData: keepsData)
            #expect(try await session.client.next() == nil)
            #expect((server.port, server.httpPort) == (port, httpPort))
            #expect(try await session.lastNumber() == (keepsData ? 0 : -1))
        }
        await server.stop()
        try await server.restart(keepingData: true)
        #expect(try await ScriptedPeer.connect(to: server).ask(FaultySession.ping(1))?.command == .pong)
        await server.stop()
    }
}
