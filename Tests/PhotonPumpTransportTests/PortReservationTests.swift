import Foundation
import PhotonPumpTransport
import ScriptedPeers
import Testing

private let isSupported = (try? PortReservation(host: "127.0.0.1", port: 0).port) != 0

@Suite(
    "A reserved port",
    .timeLimit(.minutes(1)),
    .enabled(if: isSupported, "nobody can listen on a reserved port here")
)
struct PortReservationTests {
    private static let host = "127.0.0.1"

    private static func listen(_ port: Int) throws -> SocketListener {
        try SocketListener(host: Self.host, port: port, executor: QueueExecutor(label: "listening"))
    }

    @Test("a reserved port refuses connections until somebody listens there, and again afterwards")
    func listening() async throws {
        let reservation = try PortReservation(host: Self.host, port: 0)
        for _ in 0..<3 {
            await #expect(throws: SocketError.self) {
                try await ScriptedPeer.connect(host: Self.host, port: reservation.port)
            }
            let server = ScriptedServer()
            #expect(try await server.start(port: reservation.port) == reservation.port)
            let client = try await ScriptedPeer.connect(host: Self.host, port: reservation.port)
            await server.stop()
            await client.close()
        }
    }

    @Test("a reserved port is there for one listener only, and for nobody whose reservation is missing")
    func exclusive() async throws {
        let reservation = try PortReservation(host: Self.host, port: 0)
        let listener = try Self.listen(reservation.port)
        #expect(throws: SocketError.self) { try Self.listen(reservation.port) }
        await withCheckedContinuation { closed in listener.close { closed.resume() } }
        // Bound without the permission to share, as by a server that is not ours.
        #expect(Self.bindsAlone(to: reservation.port) == false)
    }

    private static func bindsAlone(to port: Int) -> Bool {
        let descriptor = socket(AF_INET, 1, 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr(Self.host)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        return withUnsafePointer(to: address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
