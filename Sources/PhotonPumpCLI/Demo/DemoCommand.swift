import ArgumentParser
import EmbeddedEventStore
import PhotonPump

/// `pump demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Show what the client does, on an embedded server of its own."
    )

    @ParentCommand var pump: Pump
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let global = self.global.merged(with: self.pump.global)
        try await interruptible {
            try await withEmbeddedServer(logger: global.logger) { server in
                let guide = Guide(json: global.json)
                guide.begin("PhotonPump", "a tour of the client, against an EventStore embedded in this process")
                let port = await server.port
                try await withClient(await server.connectionString, logger: global.logger) { client in
                    try await Tour(client: client, guide: guide).run(port: port)
                }
                guide.end(
                    "Everything above went through real sockets, and is in Sources/PhotonPumpCLI/Demo/Tour.swift.")
            }
        }
    }
}
