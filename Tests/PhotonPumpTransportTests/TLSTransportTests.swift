import EmbeddedEventStore
import Foundation
import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("TLS", .timeLimit(.minutes(2)))
struct TLSTransportTests {
    private let tls: TestTLS

    init() throws {
        self.tls = try TestTLS()
    }

    private func pair(
        client: Layers? = nil,
        server: Layers? = nil
    ) async throws -> (client: ScriptedPeer, peer: ScriptedPeer, server: ScriptedServer) {
        let scripted = ScriptedServer()
        let port = try await scripted.start(try server ?? Layers(tls: self.tls.server()))
        let layers = try client ?? Layers(tls: self.tls.client())
        let connected = try await ScriptedPeer.connect(host: "127.0.0.1", port: port, layers)
        return (connected, try await scripted.nextConnection(), scripted)
    }

    private static func package(_ number: Int, _ payload: Bytes = Bytes(utf8: "hello")) -> Package {
        Package(.ping, GUID(UInt64(number), 1), payload: payload)
    }

    @Test("TLS carries packages both ways, to a name or an address", arguments: ["localhost", "127.0.0.1"])
    func bothWays(host: String) async throws {
        let server = ScriptedServer()
        let port = try await server.start(Layers(tls: self.tls.server()))
        let client = try await ScriptedPeer.connect(host: host, port: port, Layers(tls: self.tls.client()))
        let peer = try await server.nextConnection()
        try await client.send(Self.package(1))
        #expect(try await peer.next() == Self.package(1))
        try await peer.send(Self.package(2))
        #expect(try await client.next() == Self.package(2))
        await client.close()
        #expect(try await peer.next() == nil)
        #expect(await peer.failure == nil)
        await server.stop()
    }

    @Test("a connection that is broken off is found broken, with TLS and without", arguments: [true, false])
    func brokenOff(isEncrypted: Bool) async throws {
        let plain = Layers.plain
        let (client, peer, server) =
            isEncrypted ? try await self.pair() : try await self.pair(client: plain, server: plain)
        try await client.send(Self.package(1))
        #expect(try await peer.next() == Self.package(1))
        await client.reset()
        #expect(try await peer.next() == nil)
        #expect("\(try #require(await peer.failure))".contains("reset by peer"))
        await server.stop()
    }

    @Test("TLS may expect another name than that of the host connected to")
    func otherName() async throws {
        let (client, peer, server) = try await self.pair(
            client: Layers(tls: self.tls.client(), serverName: "node1.example.org"),
            server: Layers(tls: self.tls.server(names: ["*.example.org"]))
        )
        try await client.send(Self.package(1))
        #expect(try await peer.next() == Self.package(1))
        await server.stop()
    }

    @Test("TLS carries megabytes both ways at once, and loses nothing")
    func large() async throws {
        let (client, peer, server) = try await self.pair()
        let payload = Bytes((0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        func send(_ sender: ScriptedPeer) async throws {
            for number in 0..<24 { try await sender.send(Self.package(number, payload)) }
        }
        func receive(_ receiver: ScriptedPeer) async throws {
            for number in 0..<24 { #expect(try await receiver.next() == Self.package(number, payload)) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await send(client) }
            group.addTask { try await send(peer) }
            group.addTask { try await receive(client) }
            group.addTask { try await receive(peer) }
            try await group.waitForAll()
        }
        await server.stop()
    }

    @Test("TLS works byte by byte, with the reader stopping and going on after each")
    func trickling() async throws {
        let (client, peer, server) = try await self.pair(
            client: Layers(tls: self.tls.client(), isTrickling: true),
            server: Layers(tls: self.tls.server(), isTrickling: true)
        )
        let payload = Bytes([UInt8](repeating: 7, count: 300))
        try await client.send(Self.package(1, payload))
        #expect(try await peer.next() == Self.package(1, payload))
        try await peer.send(Self.package(2, payload))
        #expect(try await client.next() == Self.package(2, payload))
        await server.stop()
    }

    @Test("TLS gets through the handshake while the reader pauses, and holds the writer up until it goes on")
    func paused() async throws {
        let (client, peer, server) = try await self.pair()
        await client.pauseReading()
        await peer.pauseReading()
        let payload = Bytes([UInt8](repeating: 0xAB, count: 1 << 20))
        let sending = Task { for number in 0..<32 { try await client.send(Self.package(number, payload)) } }
        // The handshake is over once something of the peer's is taken.
        try await peer.send(Self.package(99))
        await client.resumeReading()
        #expect(try await client.next() == Self.package(99))
        await peer.resumeReading()
        for number in 0..<32 { #expect(try await peer.next() == Self.package(number, payload)) }
        try await sending.value
        await server.stop()
    }

    @Test("TLS takes a connection that is cut for its end")
    func cut() async throws {
        let (client, peer, server) = try await self.pair()
        try await client.send(Self.package(1))
        #expect(try await peer.next() == Self.package(1))
        await peer.cut()
        #expect(try await client.next() == nil)
        #expect(await client.failure == nil)
        await server.stop()
    }

    @Test("TLS lets clients show a certificate, where that is asked for")
    func clientCertificate() async throws {
        let clients = try TestCertificateAuthority(name: "clients")
        let (client, peer, server) = try await self.pair(
            client: Layers(tls: self.tls.client(certificate: try clients.issue(names: ["worker"]))),
            server: Layers(tls: self.tls.server(clientAuthority: clients))
        )
        try await client.send(Self.package(1))
        #expect(try await peer.next() == Self.package(1))
        await server.stop()
    }

    @Test("TLS without verification takes whatever the server shows")
    func unverified() async throws {
        let stranger = try TestCertificateAuthority().issue(names: ["elsewhere"], validity: .distantPast ..< .now)
        let (client, peer, server) = try await self.pair(
            client: Layers(tls: TLSContext(client: TLSClientSettings(trust: .anybody))),
            server: Layers(tls: TestTLS.server(stranger))
        )
        try await client.send(Self.package(1))
        #expect(try await peer.next() == Self.package(1))
        await server.stop()
    }

    // In a process of its own: other tests have descriptors, too.
    @Test(
        "TLS gives all descriptors back, those of handshakes that failed too",
        .enabled(if: Footprint.isKnown, "needs /proc"))
    func descriptors() async {
        await #expect(processExitsWith: .success) { try await Self.handshakes(1_000) }
    }

    private static func handshakes(_ count: Int) async throws {
        let (tls, other) = (try TestTLS(), try TestTLS())
        let server = ScriptedServer()
        let port = try await server.start(Layers(tls: tls.server()))
        let (trusting, doubting) = (try tls.client(), try other.client())
        let before = try Footprint().descriptors
        for number in 0..<count {
            let isTrusting = number % 10 != 0
            let layers = Layers(tls: isTrusting ? trusting : doubting)
            let client = try await ScriptedPeer.connect(host: "127.0.0.1", port: port, layers)
            let peer = try await server.nextConnection()
            if isTrusting {
                try await client.send(Self.package(number))
                #expect(try await peer.next() == Self.package(number))
            } else {
                #expect(try await client.next() == nil)
            }
            await client.close()
            #expect(try await peer.next() == nil)
        }
        // Closing goes on in the background.
        #expect(try Footprint().descriptors < before + 50)
        await server.stop()
    }
}
