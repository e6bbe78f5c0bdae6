import Foundation
import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("Sockets", .timeLimit(.minutes(1)))
struct SocketTests {
    @Test("sockets carry packages both ways", arguments: ["127.0.0.1", "localhost"])
    func bothWays(host: String) async throws {
        let server = ScriptedServer()
        let port = try await server.start()
        let client = try await ScriptedPeer.connect(host: host, port: port)
        let peer = try await server.nextConnection()

        let ping = Package(.ping, GUID(1, 2), payload: Bytes(utf8: "hello"))
        try await client.send(ping)
        #expect(try await peer.next() == ping)
        let pong = Package(.pong, GUID(1, 2), payload: Bytes(utf8: "hello"))
        try await peer.send(pong)
        #expect(try await client.next() == pong)

        await client.close()
        #expect(try await peer.next() == nil)
        await server.stop()
    }

    @Test("sockets speak IPv6", .enabled(if: SocketTests.hasIPv6, "this machine has no IPv6 loopback"))
    func version6() async throws {
        let server = ScriptedServer()
        let port = try await server.start(host: "::1")
        let client = try await ScriptedPeer.connect(host: "::1", port: port)
        let peer = try await server.nextConnection()
        try await peer.send(Package(.pong, .zero))
        #expect(try await client.next()?.command == .pong)
        await server.stop()
    }

    @Test("sockets that nobody listens on are refused, naming the address")
    func refused() async throws {
        let port = try UnusedPort()
        let error = try await #require(throws: SocketError.self) {
            try await ScriptedPeer.connect(host: "127.0.0.1", port: port.number)
        }
        #expect(error.number == ECONNREFUSED)
        #expect("\(error)".contains("connect 127.0.0.1:\(port.number)"))
    }

    @Test("sockets of a host that does not exist are not found, naming the host")
    func unknownHost() async throws {
        let error = try await #require(throws: SocketError.self) {
            try await ScriptedPeer.connect(host: "no-such-host.invalid", port: 1)
        }
        #expect("\(error)".contains("resolve no-such-host.invalid"))
    }

    @Test("sockets hold a writer up while the other side does not read, and lose nothing")
    func heldUp() async throws {
        let server = ScriptedServer()
        let port = try await server.start()
        let client = try await ScriptedPeer.connect(host: "127.0.0.1", port: port)
        let peer = try await server.nextConnection()
        await peer.pauseReading()

        let payload = Bytes([UInt8](repeating: 0xAB, count: 1 << 20))
        let sending = Task {
            for number in 0..<32 { try await client.send(Package(.ping, GUID(UInt64(number), 0), payload: payload)) }
        }
        await peer.resumeReading()
        for number in 0..<32 {
            let package = try #require(try await peer.next())
            #expect(package.correlation == GUID(UInt64(number), 0))
            #expect(package.payload == payload)
        }
        try await sending.value
        await server.stop()
    }

    // In a process of its own: other tests have descriptors, too.
    @Test("sockets are all given back when they are closed", .enabled(if: Footprint.isKnown, "needs /proc"))
    func descriptors() async {
        await #expect(processExitsWith: .success) {
            let server = ScriptedServer()
            let port = try await server.start()
            let before = try Footprint().descriptors
            for _ in 0..<400 {
                let client = try await ScriptedPeer.connect(host: "127.0.0.1", port: port)
                let peer = try await server.nextConnection()
                await client.close()
                #expect(try await peer.next() == nil)
            }
            // Closing goes on in the background.
            #expect(try Footprint().descriptors < before + 50)
            await server.stop()
        }
    }

    private static let hasIPv6 =
        (try? SocketListener(host: "::1", port: 0, executor: QueueExecutor(label: "probe"))) != nil
}
