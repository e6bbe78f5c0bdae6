internal import Logging
internal import PhotonPump
internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// Runs `body` with a client that is connected to the peer, in memory and on one thread, so that every run does the same.
func simulated(
    _ peer: @escaping @Sendable (Environment) throws -> Peer,
    inFlight: Int = 2000,
    _ body: @escaping @Sendable (Client, Peer) async throws -> Void
) async throws {
    let loop = RunLoop(seed: 1, limit: .seconds(3600))
    try await loop.run {
        let environment = Environment(simulatedOn: loop)
        let peer = try peer(environment)
        await peer.start()
        let client = try await connected(to: peer, in: environment, inFlight: inFlight)
        try await body(client, peer)
        await client.close()
        await peer.stop()
    }
}

func connected(to peer: Peer, in environment: Environment, inFlight: Int = 2000) async throws -> Client {
    var configuration = Client.Configuration(endpoint: Endpoint(host: "127.0.0.1", port: peer.port))
    configuration.connectionName = "benchmarks"
    configuration.maximumInFlight = inFlight
    let client = try Client(
        configuration, logger: Logger(label: "benchmarks") { _ in SwiftLogNoOpLogHandler() }, environment: environment)
    try await client.connect()
    return client
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String
}

func check(_ count: Int, is expected: Int) throws {
    guard count == expected else { throw Unexpected(description: "\(count) instead of \(expected)") }
}

/// Counts what several tasks do.
final class Counter: Sendable {
    private let value = Atomic(0)

    var count: Int { self.value.load(ordering: .relaxed) }

    func add() {
        self.value.wrappingAdd(1, ordering: .relaxed)
    }
}
