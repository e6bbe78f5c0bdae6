import Logging
import PhotonPump
import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("A node that names another as its master", .timeLimit(.minutes(1)))
struct LeavingNodeTests {
    private static func answer(_ request: Package, byNaming port: Int) -> Package {
        var info = MasterInfo()
        (info.tcpHost, info.tcpPort) = ("127.0.0.1", Int32(port))
        return Package(
            .notHandled, request.correlation, payload: NotHandled(reason: .notMaster, master: info).encoded())
    }

    private static func write(_ client: Client, timeout: Duration = .seconds(50)) -> Task<WriteResult, any Error> {
        Task { try await client.publish([], to: "s", options: CallOptions(timeout: timeout)) }
    }

    private static func confirm(_ request: Package, on peer: ScriptedPeer) async throws {
        let reply = WriteEventsCompleted(
            result: .success, firstEventNumber: 7, lastEventNumber: 7, preparePosition: 1, commitPosition: 1)
        try await peer.send(Package(.writeEventsCompleted, request.correlation, payload: reply.encoded()))
    }

    private static func serve(_ count: Int, _ session: ScriptedSession) async throws {
        for _ in 0..<count {
            async let ping = session.client.ping()
            try await session.peer.send(Package(.pong, try await session.peer.next(.ping).correlation))
            _ = try await ping
        }
    }

    @Test(
        "S69: a node that names another as its master keeps its connection when that one cannot be reached, and serves the others meanwhile"
    )
    func unreachable() async throws {
        let dead = try UnusedPort()
        let logged = Observed<[String: Int]>([:])
        try await ScriptedSession.run(logger: Logger(label: "tests") { _ in LogCounter(logged) }) { session in
            let refusals = Observed(0)
            let answering = Task {
                while let request = try await session.peer.next() {
                    if request.command == .writeEvents {
                        try await session.peer.send(Self.answer(request, byNaming: dead.number))
                        refusals.update { $0 += 1 }
                    } else if request.command == .ping {
                        try await session.peer.send(Package(.pong, request.correlation))
                    }
                }
            }
            let write = Self.write(session.client, timeout: .seconds(2))
            for count in 1...3 {
                try await refusals.wait { $0 >= count }
                for _ in 0..<10 { _ = try await session.client.ping() }
            }
            let error = try await failure { try await write.value }
            #expect(error.code == .timedOut)
            #expect("\(error)".contains("cannot be reached: cannot connect"), "\(error)")
            #expect("\(error)".contains("[127.0.0.1:\(dead.number)]"), "\(error)")
            // Nobody pays for it afterwards.
            for _ in 0..<10 { _ = try await session.client.ping() }
            #expect(logged.value == ["cannot move to another node": 1], "at warning and info")
            await session.client.close()
            let names = await session.changes.reduce(into: []) { $0.append($1.name) }
            #expect(names == ["connected", "closed"])
            _ = await answering.result
        }
    }

    @Test(
        "S69: a node that names another as its master is known by its answers for what it is, and an outage of the master is logged once, and its end"
    )
    func role() async throws {
        let dead = try UnusedPort()
        let logged = Observed<[String: Int]>([:])
        let unreachable = "cannot move to another node"
        let served = "the node serves all requests again"
        try await ScriptedSession.run(logger: Logger(label: "tests") { _ in LogCounter(logged) }) { session in
            try await Self.serve(1, session)
            #expect(await session.client.status.role == nil)
            for outage in 1...2 {
                let write = Self.write(session.client)
                for _ in 0..<3 {
                    let request = try await session.peer.next(.writeEvents)
                    try await session.peer.send(Self.answer(request, byNaming: dead.number))
                }
                let request = try await session.peer.next(.writeEvents)
                #expect(await session.client.status.role == .follower)
                #expect(logged.value[unreachable] == outage)
                try await Self.confirm(request, on: session.peer)
                _ = try await write.value
                #expect(await session.client.status.role == .master)
                #expect(logged.value == [unreachable: outage, served: outage])
            }
            // Who forwards a write may be anything.
            await session.peer.close()
            let peer = try await session.nextConnection()
            let options = CallOptions(requireMaster: false)
            async let forwarded = session.client.publish([], to: "s", options: options)
            try await Self.confirm(try await peer.next(.writeEvents), on: peer)
            _ = try await forwarded
            #expect(await session.client.status.role == nil)
            async let needed = session.client.publish([], to: "s")
            try await Self.confirm(try await peer.next(.writeEvents), on: peer)
            _ = try await needed
            #expect(await session.client.status.role == .master)
        }
    }

    @Test(
        "S69: a node that names another as its master goes on serving while that one is silent, and the write says whom it waited for"
    )
    func silent() async throws {
        let master = ScriptedServer()
        let port = try await master.start()
        try await ScriptedSession.run { session in
            let write = Self.write(session.client, timeout: .seconds(1))
            let request = try await session.peer.next(.writeEvents)
            try await session.peer.send(Self.answer(request, byNaming: port))
            _ = try await master.nextConnection()
            try await Self.serve(10, session)
            let error = try await failure { try await write.value }
            #expect(error.code == .timedOut)
            // The node has been asked again, and has not said yet that it does not make it.
            #expect(error.attempts == 2 && error.mayHaveBeenApplied)
            #expect("\(error)".contains("127.0.0.1:\(port)"), "\(error)")
            #expect(await session.client.status.phase == .connected)
        }
        await master.stop()
    }

    @Test(
        "S69: a node that names another as its master is left when that one is ready, for good but for the answers it still owes"
    )
    func handOver() async throws {
        let master = ScriptedServer()
        let port = try await master.start()
        try await ScriptedSession.run { session in
            async let subscription = session.client.subscribe(to: "s")
            _ = try await session.peer.confirmSubscription(behind: nil)
            let changes = try await subscription.changes
            let write = Self.write(session.client)
            let request = try await session.peer.next(.writeEvents)
            let late = Task { try await session.client.publish([], to: "late") }
            let owed = try await session.peer.next(.writeEvents)
            try await session.peer.send(Self.answer(request, byNaming: port))

            let peer = try await master.nextConnection()
            // Until it is ready, everything is as before.
            try await Self.serve(3, session)
            try await peer.acceptHandshake()
            let again = try await peer.next(.writeEvents)
            #expect(again.correlation == request.correlation)
            try await Self.confirm(again, on: peer)
            #expect(try await write.value.lastEventNumber == 7)
            #expect(await session.client.status.role == .master)
            #expect(await session.client.status.endpoint?.port == port)

            try await Self.confirm(owed, on: session.peer)
            #expect(try await late.value.lastEventNumber == 7)
            while try await session.peer.next() != nil {}
            // The subscription goes along.
            #expect(await changes.upTo("interrupted").last?.name == "interrupted")
        }
        await master.stop()
    }

    /// Has the client go over to another node, with a request that has no answer yet.
    private static func leave(
        _ session: ScriptedSession, for master: ScriptedServer, on port: Int
    ) async throws -> ScriptedPeer {
        let write = Self.write(session.client)
        let request = try await session.peer.next(.writeEvents)
        try await session.peer.send(Self.answer(request, byNaming: port))
        let peer = try await master.nextConnection()
        try await peer.acceptHandshake()
        try await Self.confirm(try await peer.next(.writeEvents), on: peer)
        _ = try await write.value
        return peer
    }

    @Test("a subscription that is confirmed on the connection just left is asked for again where the client is now")
    func lateConfirmation() async throws {
        let master = ScriptedServer()
        let port = try await master.start()
        try await ScriptedSession.run { session in
            async let subscribed = session.client.subscribe(to: "s")
            let asked = try await session.peer.next(.subscribeToStream)
            let peer = try await Self.leave(session, for: master, on: port)
            let confirmation = SubscriptionConfirmation(lastCommitPosition: 1000, lastEventNumber: -1)
            try await session.peer.confirm(asked, confirmation)
            _ = try await peer.confirmSubscription(behind: nil)
            _ = try await subscribed
        }
        await master.stop()
    }
}
