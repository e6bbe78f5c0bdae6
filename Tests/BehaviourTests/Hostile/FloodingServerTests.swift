import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

/// Servers that want a client's memory, or its time.
@Suite("A server that floods or drips", .timeLimit(.minutes(2)))
struct FloodingServerTests {
    /// What a server may send without end.
    enum Flood: String, CaseIterable, Codable, Sendable {
        case heartbeats, events, confirmations, answers

        var package: Package {
            switch self {
            case .heartbeats: Package(.heartbeatRequest, GUID(1, 1))
            case .events:
                ScriptedPeer.pushed(ResolvedRecord(event: ScriptedPeer.record(1), link: nil), GUID(2, 2))
            case .confirmations:
                Package(
                    .subscriptionConfirmation, GUID(3, 3),
                    payload: SubscriptionConfirmation(lastCommitPosition: 1, lastEventNumber: 1).encoded())
            case .answers: Package(.pong, GUID(4, 4), payload: Bytes([UInt8](repeating: 0, count: 10_000)))
            }
        }
    }

    private static func adjust(_ configuration: inout Client.Configuration) {
        // What waits to be sent may be as much and another megabyte.
        configuration.maximumFrameSize = 1 << 20
        configuration.operationTimeout = .seconds(1)
        configuration.heartbeat.interval = .milliseconds(200)
        configuration.heartbeat.timeout = .seconds(2)
    }

    // In a process of its own, whose memory nobody else uses.
    @Test(
        "a server that floods a client and takes nothing gets no memory for it; calls end in time, and the connection too",
        .enabled(if: Footprint.isKnown, "needs /proc"), arguments: [Flood.heartbeats, .events])
    func flood(_ flood: Flood) async {
        await #expect(processExitsWith: .success) { [flood] in
            try await ScriptedSession.run(Self.adjust) { session in
                await session.peer.pauseReading()
                let before = try Footprint()
                let frame = flood.package.framed
                let piece = Array(repeatElement(frame, count: 100_000 / frame.count).joined())
                let flooding = Task {
                    // More than may be held, or until the client has closed the connection.
                    for _ in 0..<400 { try await session.peer.send(piece) }
                }
                let error = try await failure { try await session.client.ping() }
                #expect(error.code == .timedOut, "\(error)")
                let lost = try await session.changes.loss()
                #expect(lost.code == .connectionLost)
                let after = try Footprint()
                print("\(flood): \(before) before, \(after) after")
                #expect(after.isWithin(32 << 10, of: before))
                await session.peer.close()
                _ = await flooding.result
            }
        }
    }

    @Test("a server that floods a client that has not been accepted is given up when its time is up")
    func beforeAcceptance() async throws {
        let server = ScriptedServer()
        let port = try await server.start()
        let client = try Client(
            "tcp://admin:hunter2@127.0.0.1:\(port)?connectTimeout=1s", logger: .silent)
        let connecting = Task { try await client.connect() }
        let peer = try await server.nextConnection()
        let pieces = Flood.allCases.flatMap { $0.package.framed } + Package(.clientIdentified, GUID(9, 9)).framed
        let piece = Array(repeatElement(pieces, count: 100).joined())
        let flooding = Task { while true { try await peer.send(piece) } }
        let error = try await failure { try await connecting.value }
        #expect(error.code == .connectionFailed)
        #expect("\(error)".contains("within 1 s"), "\(error)")
        await client.close()
        await peer.close()
        await #expect(throws: (any Error).self) { try await flooding.value }
        await server.stop()
    }

    @Test("a server that drips a package byte by byte is taken for silent, and the call goes to the next connection")
    func dripping() async throws {
        func adjust(_ configuration: inout Client.Configuration) {
            configuration.heartbeat.interval = .milliseconds(100)
            configuration.heartbeat.timeout = .milliseconds(500)
            configuration.reconnection.firstDelay = .milliseconds(1)
        }
        try await ScriptedSession.run(adjust) { session in
            let ping = Task { try await session.client.ping() }
            let request = try await session.peer.next(.ping)
            // More than drips in time.
            let answer = Package(.pong, request.correlation, payload: Bytes([UInt8](repeating: 0, count: 10_000)))
            let dripping = Task {
                for byte in answer.framed {
                    try await session.peer.send([byte])
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            let lost = try await session.changes.loss()
            #expect("\(lost)".contains("bytes of a package came from the server for"), "\(lost)")
            dripping.cancel()
            let peer = try await session.nextConnection()
            try await peer.send(Package(.pong, try await peer.next(.ping).correlation))
            _ = try await ping.value
        }
    }
}
