import COpenSSL
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import PhotonPumpTransport

/// Peers that keep a handshake going without ever finishing it.
@Suite("A TLS handshake without an end", .timeLimit(.minutes(1)))
struct EndlessHandshakeTests {
    /// A record with a HelloRequest, which a client passes over while it waits for the server's hello.
    private static let helloRequest: [UInt8] = [22, 3, 3, 0, 4, 0, 0, 0, 0]

    @Test("a TLS handshake without an end is given up after so many bytes, and gives the queue its turns until then")
    func tooManyBytes() async throws {
        try await FloodedClient().givesUp()
    }

    @Test(
        "a TLS handshake without an end is ended by a server when its time is up",
        arguments: [[], [22], [22, 3, 1]] as [[UInt8]])
    func tooSlow(said: [UInt8]) async throws {
        let reason = try await HeldServer().failure(after: said, within: .milliseconds(50))
        #expect(reason.contains("did not end within 50 ms"), "\(reason)")
    }

    /// The client's side of a connection on which too much follows, on the queue that its transport is bound to.
    private actor FloodedClient {
        private nonisolated let executor = QueueExecutor(label: "endless")

        nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

        func givesUp() throws {
            let below = ScriptedTransport()
            let flood = Array(repeatElement(EndlessHandshakeTests.helloRequest, count: 3000).joined())
            // Far more than any handshake: whoever reads until nothing comes reads it all.
            below.reads = Array(repeating: .success(flood), count: 400)
            let transport = try TLSTransport(
                client: below, TestTLS().client(), serverName: "localhost", executor: self.executor)
            transport.activate { _ in }
            var turns = 1
            while below.reads.count > 300, turns < 1000 {
                let before = below.reads.count
                below.report(.readable)
                if below.reads.count == before { break }
                turns += 1
            }
            #expect(turns > 2)
            #expect(below.reads.count > 380, "\(400 - below.reads.count) times 27 kB were read")
            var room = [UInt8](repeating: 0, count: 16)
            let error = #expect(throws: TransportError.self) {
                try room.withUnsafeMutableBytes { try transport.read(into: $0) }
            }
            #expect(
                error?.description.contains("\(HandshakeAllowance.limit) bytes") == true, "\(String(describing: error))"
            )
            #expect(error?.isPermanent == false)
            transport.close()
        }
    }

    /// The server's side of a connection on which nothing follows.
    private actor HeldServer {
        private nonisolated let executor = QueueExecutor(label: "endless.server")
        private var transport: TLSTransport?
        private var waiter: CheckedContinuation<String, Never>?

        nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

        func failure(after said: [UInt8], within limit: Duration) async throws -> String {
            let below = ScriptedTransport()
            if !said.isEmpty { below.reads = [.success(said)] }
            let transport = try TLSTransport(
                server: below, TestTLS().server(), handshakeTimeout: limit, executor: self.executor)
            self.transport = transport
            return await withCheckedContinuation { waiter in
                self.waiter = waiter
                transport.activate { [weak self] _ in self?.assumeIsolated { $0.read() } }
            }
        }

        private func read() {
            var room = [UInt8](repeating: 0, count: 16)
            do {
                _ = try room.withUnsafeMutableBytes { try self.transport?.read(into: $0) }
            } catch {
                self.transport?.close()
                self.waiter?.resume(returning: "\(error)")
                self.waiter = nil
            }
        }
    }
}
