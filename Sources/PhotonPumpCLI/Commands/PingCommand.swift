import ArgumentParser
import PhotonPump

/// `pump ping`
struct PingCommand: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "ping", abstract: "Measure round trips to the server.")

    @Option(help: ArgumentHelp("The number of round trips.", valueName: "n"))
    var count = 1
    @OptionGroup var shared: SharedOptions<Pump>

    func validate() throws { try check("count", self.count, in: 1...) }

    func run(with client: Client, json: Bool) async throws {
        for number in 1...self.count {
            let microseconds = try await client.ping() / .microseconds(1)
            // Of a cluster, the node that the client is connected to.
            let node = await client.status.endpoint.map { "\($0)" } ?? "\(client.configuration.target)"
            let document = JSON.object([
                ("endpoint", .string(node)), ("number", .integer(Int64(number))),
                ("microseconds", .number(microseconds, decimals: 1)),
            ])
            let text = "pong from \(node) in \(Int(microseconds.rounded())) µs"
            Output.line(json ? "\(document)" : text)
        }
    }
}
