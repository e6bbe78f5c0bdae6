import Foundation
import ScriptedPeers
import Testing

@testable import PhotonPumpTransport

@Suite("The options of a socket", .timeLimit(.minutes(1)))
struct SocketOptionsTests {
    private actor Dialler {
        private nonisolated let executor = QueueExecutor(label: "dialler")
        private var connector: SocketConnector?

        nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

        /// Connects to this port of this machine with these options.
        ///
        /// - Returns: what the system then says about some of them, and the address it connects from.
        func connect(
            to port: Int, _ options: SocketOptions, asking asked: [(level: CInt, option: CInt)] = []
        ) async throws -> (values: [Int], address: String) {
            let addresses = try AddressResolver.resolve(host: "127.0.0.1", port: port, passive: false)
            await withCheckedContinuation { settled in
                let connector = SocketConnector(addresses, options, executor: self.executor) { settled.resume() }
                self.connector = connector
                connector.start()
            }
            let transport = try #require(try self.connector?.takeSocket())
            defer { transport.close() }
            let values = asked.map { level, option in
                var value: CInt = -1
                var length = socklen_t(MemoryLayout<CInt>.size)
                getsockopt(transport.descriptor, level, option, &value, &length)
                return Int(value)
            }
            return (values, try SocketAddress(boundTo: transport.descriptor).host)
        }
    }

    @Test("the options of a socket are set before it is connected, and the system confirms them")
    func set() async throws {
        let server = ScriptedServer()
        let port = try await server.start()
        var options = SocketOptions()
        (options.keepAlive, options.keepAliveInterval, options.keepAliveCount) = (77, 11, 3)
        (options.sendBufferSize, options.receiveBufferSize) = (50_000, 60_000)
        let asked = [
            (SOL_SOCKET, SO_KEEPALIVE), (Platform.tcp, Platform.keepAliveIdle), (Platform.tcp, TCP_KEEPINTVL),
            (Platform.tcp, TCP_KEEPCNT), (Platform.tcp, TCP_NODELAY), (SOL_SOCKET, SO_SNDBUF), (SOL_SOCKET, SO_RCVBUF),
        ]
        let set = try await Dialler().connect(to: port, options, asking: asked)
        #expect(set.values[0] != 0 && set.values[4] != 0)
        #expect(Array(set.values[1...3]) == [77, 11, 3])
        // Linux doubles what it is told, for its own needs.
        #expect([50_000, 100_000].contains(set.values[5]), "\(set.values[5])")
        #expect([60_000, 120_000].contains(set.values[6]), "\(set.values[6])")

        let usual = try await Dialler().connect(to: port, SocketOptions(), asking: asked)
        #expect(usual.values[0] == 0 && usual.values[4] != 0)
        #expect(usual.values[1] != 77 && usual.address == "127.0.0.1")
        await server.stop()
    }

    #if canImport(Glibc)
        @Test("the options of a socket say from which address of this machine it is connected")
        func localAddress() async throws {
            let server = ScriptedServer()
            let port = try await server.start()
            var options = SocketOptions()
            options.localAddress = "127.0.0.2"
            #expect(try await Dialler().connect(to: port, options).address == "127.0.0.2")
            await server.stop()
        }
    #endif

    @Test(
        "the options of a socket name an address that it can be connected from, or the reason is said",
        arguments: [
            ("::1", "connect 127.0.0.1:1: it is of another kind than the local address ::1"),
            ("192.0.2.1", "bind 192.0.2.1:0: Cannot assign requested address"),
        ])
    func impossible(address: String, words: String) async throws {
        var options = SocketOptions()
        options.localAddress = address
        let error = try await #require(throws: SocketError.self) { try await Dialler().connect(to: 1, options) }
        #expect("\(error)" == words)
    }
}
