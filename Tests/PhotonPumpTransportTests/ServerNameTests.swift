import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import PhotonPumpTransport

@Suite("The name that a TLS client asks for")
struct ServerNameTests {
    /// A client's side of a connection, on the queue that its transport is bound to.
    private actor Greeter {
        private nonisolated let executor = QueueExecutor(label: "hello")

        nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

        /// The first message of a client, which is not encrypted.
        func hello(_ name: String) throws -> [UInt8] {
            let below = ScriptedTransport()
            let transport = try TLSTransport(
                client: below, TestTLS().client(), serverName: name, executor: self.executor)
            transport.activate { _ in }
            defer { transport.close() }
            return below.written
        }
    }

    @Test("the name that a TLS client asks for is that of the host", arguments: ["es.example", "localhost"])
    func name(_ name: String) async throws {
        let hello = try await Greeter().hello(name)
        // The extension server_name (0), with a list of one name of type host_name (0).
        let count = UInt8(name.utf8.count)
        let expected = [0, 0, 0, count + 5, 0, count + 3, 0, 0, count] + Array(name.utf8)
        #expect(hello.contains(expected))
    }

    @Test("the name that a TLS client asks for is none for an address", arguments: ["127.0.0.1", "::1"])
    func address(_ address: String) async throws {
        let hello = try await Greeter().hello(address)
        #expect(hello.first == 22)
        #expect(!hello.contains(Array(address.utf8)))
    }
}
