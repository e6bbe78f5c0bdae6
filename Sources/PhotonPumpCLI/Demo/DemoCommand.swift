import ArgumentParser
import EmbeddedEventStore
import PhotonPump

/// `pump demo`
struct DemoCommand: PumpCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Show what the client does, on an embedded server of its own."
    )

    @OptionGroup var shared: SharedOptions<Pump>

    func run() async throws {
        let options = self.options
        try await interruptible {
            try await withEmbeddedServer(logger: options.logger) { server in
                let guide = Guide(json: options.json, colours: options.colours)
                guide.begin("PhotonPump", "a tour of the client, against an EventStore embedded in this process")
                let port = server.port
                try await withClient(server.connectionString, logger: options.logger) { client in
                    try await Tour(client: client, guide: guide).run(port: port)
                }
                guide.end(
                    "Everything above went through real sockets, and is in Sources/PhotonPumpCLI/Demo/Tour.swift.")
            }
        }
    }
}
