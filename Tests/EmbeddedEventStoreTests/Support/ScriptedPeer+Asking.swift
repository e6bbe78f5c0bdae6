import EmbeddedEventStore
import PhotonPumpWire
import ScriptedPeers

extension ScriptedPeer {
    static func connect(to server: EmbeddedServer) async throws -> ScriptedPeer {
        try await self.connect(host: "127.0.0.1", port: server.port)
    }

    /// Sends a request and takes the next package for its answer.
    func ask(_ package: Package) async throws -> Package? {
        try await self.send(package)
        return try await self.next()
    }
}
