import ArgumentParser
import PhotonPump

/// `pump bench`: measures one scenario against a server and prints one JSON object.
struct BenchCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure a scenario against a server; prints one JSON object.",
        discussion: """
            Scenarios:
              ping             --n pings, one after another
              read-event       --n reads of event 0 of --stream, likewise
              write-seq        --n single-event writes of --size bytes, likewise
              write-pipelined  --n single-event writes, each awaited by a task
                               of its own, --window in flight
              write-batch      --n writes of --batch events, --window in flight
              read-slices      --n events by iter, in pages of --slice
              subscribe        --n events of --stream as they are written;
                               prints {"ready":true} once confirmed, and is
                               timed from the first event
              catch-up         --n events of --stream from its start, by a
                               subscription, in pages of --slice
              persistent       --n events of the persistent subscription
                               --group, each acknowledged, --window in flight;
                               prints {"ready":true} once connected, and is
                               timed from the first event
              ps-create        creates the persistent subscription --group on --stream
            """
    )

    @Argument(help: "What to measure.")
    var scenario: BenchScenario

    @Option(help: "The server's host, instead of --connect.")
    var host: String?
    @Option(help: "The server's port, instead of --connect.")
    var port: Int?
    @Option(name: .customLong("n"), help: "Operations, or events, to measure.")
    var count = 1000
    @Option(help: "Operations, or events, before the measurement begins.")
    var warmup = 0
    @Option(help: "Operations in flight.")
    var window = 1
    @Option(help: "Events in a write.")
    var batch = 1
    @Option(help: "Events in a page.")
    var slice = 500
    @Option(help: "Bytes of JSON in an event written.")
    var size = 256
    @Option(help: "The stream to read or write.")
    var stream = "bench"
    @Option(name: .customLong("group"), help: "The persistent subscription.")
    var group = "bench-group"
    @Option(help: "The user to connect as. (default: that of --connect, or none with --host or --port)")
    var user: String?
    @Option(name: .customLong("pass"), help: "The user's password.")
    var password: String?
    @Flag(help: "Run the tasks on the client's own queue.")
    var onClient = false
    @Option(help: "A label for the server, repeated in the result.")
    var target = "?"
    @OptionGroup var shared: SharedOptions<Pump>

    func validate() throws {
        try check("n", self.count, in: 1...)
        try check("window", self.window, in: 1...)
        try check("batch", self.batch, in: 1...)
        try check("warmup", self.warmup, in: 0...)
        try check("slice", self.slice, in: 1...4096)
        try check("size", self.size, in: 0...(8 << 20))
    }

    func configuration() throws -> Client.Configuration {
        var configuration = try self.options.configuration()
        if self.host != nil || self.port != nil {
            configuration = Client.Configuration(
                endpoint: Endpoint(host: self.host ?? "127.0.0.1", port: self.port ?? Endpoint.defaultPort)
            )
        }
        if let user { configuration.credentials = Credentials(username: user, password: self.password ?? "") }
        configuration.maximumInFlight = max(configuration.maximumInFlight, self.window)
        return configuration
    }

    func run(with client: Client, json: Bool) async throws {
        let executor = self.onClient ? client.taskExecutor : nil
        let result = try await withTaskExecutorPreference(executor) {
            try await BenchRun(client: client, options: self).measured()
        }
        Output.line(result)
    }
}
