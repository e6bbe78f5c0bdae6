import ArgumentParser
import PhotonPump

/// `pump ping`
struct PingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "ping", abstract: "Measure round trips to the server.")

    @ParentCommand var pump: Pump
    @OptionGroup var global: GlobalOptions

    @Option(help: "The number of round trips.")
    var count = 1

    func validate() throws {
        guard self.count > 0 else { throw ValidationError("--count must be at least 1") }
    }

    func run() async throws {
        let global = self.global.merged(with: self.pump.global)
        let configuration = try global.configuration()
        try await interruptible {
            try await withClient(configuration, logger: global.logger) { client in
                for number in 1...self.count {
                    let microseconds = try await client.ping() / .microseconds(1)
                    // Of a cluster, the node that the client is connected to.
                    let node = await client.status.endpoint.map { "\($0)" } ?? "\(configuration.target)"
                    if global.json {
                        print(
                            JSON.object([
                                ("endpoint", .string(node)),
                                ("number", .integer(Int64(number))),
                                ("microseconds", .number(microseconds, decimals: 1)),
                            ])
                        )
                    } else {
                        print("pong from \(Printable.line(node)) in \(Int(microseconds.rounded())) µs")
                    }
                }
            }
        }
    }
}
