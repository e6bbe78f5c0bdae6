import ArgumentParser
import EmbeddedEventStore

/// `pump serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the embedded server until SIGINT or SIGTERM.",
        discussion: """
            Events are kept in memory. Users: admin and ops, both with the password changeit. When the server is ready \
            it prints one line, such as: ready tcp=127.0.0.1:1113 http=127.0.0.1:2113
            """
    )

    @ParentCommand var pump: Pump
    @OptionGroup var global: GlobalOptions

    @Option(help: "The name or address to listen on.")
    var host = "127.0.0.1"
    @Option(help: "The TCP port; 0 picks a free one.")
    var port = 1113
    @Option(help: "The HTTP port, for gossip; 0 picks a free one.")
    var httpPort = 2113

    func validate() throws {
        for (name, port) in [("port", self.port), ("http-port", self.httpPort)] where !(0...65535).contains(port) {
            throw ValidationError("--\(name) must be within 0...65535")
        }
    }

    func run() async throws {
        let global = self.global.merged(with: self.pump.global)
        var configuration = EmbeddedServer.Configuration()
        configuration.host = self.host
        configuration.port = self.port
        configuration.httpPort = self.httpPort
        let settings = configuration
        try await interruptible {
            try await withEmbeddedServer(settings, logger: global.logger) { server in
                let http = await server.httpPort.map { " http=\(self.host):\($0)" } ?? ""
                print("ready tcp=\(self.host):\(await server.port)\(http)")
                try flushOutput()
                try await untilCancelled()
            }
        }
    }
}

/// Waits for the task's cancellation, and throws it.
private func untilCancelled() async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    for await _ in stream {}
    continuation.finish()
    throw CancellationError()
}
