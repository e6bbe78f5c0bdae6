import ArgumentParser
import PhotonPump

/// `pump read`
struct ReadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "Print the events of a stream.",
        discussion: "Links are followed to the events they point to. Each event takes one line, in either form."
    )

    @ParentCommand var pump: Pump
    @OptionGroup var global: GlobalOptions

    @Argument(help: "The stream to read.")
    var stream: String
    @Flag(help: "Read from newer to older events.")
    var backward = false
    @Option(help: "The number of the first event to print. (default: the first; the last with --backward)")
    var from: Int64?
    @Option(help: "At most so many events. (default: all)")
    var count: Int?
    @Flag(name: .customLong("no-resolve-links"), help: "Print links themselves.")
    var keepsLinks = false

    func validate() throws {
        if self.stream == "$all" { throw ValidationError("'$all' cannot be read yet, only single streams") }
        if self.stream.isEmpty { throw ValidationError("the stream's name is empty") }
        if let from, from < 0 { throw ValidationError("--from must not be below 0") }
        if let count, count < 0 { throw ValidationError("--count must not be below 0") }
    }

    func run() async throws {
        let global = self.global.merged(with: self.pump.global)
        let configuration = try global.configuration()
        try await interruptible {
            try await withClient(configuration, logger: global.logger) { client in
                try await self.printEvents(from: client, json: global.json)
            }
        }
    }

    private func printEvents(from client: Client, json: Bool) async throws {
        var left = self.count ?? .max
        guard left > 0 else { return }
        let events = client.iter(
            self.stream,
            direction: self.backward ? .backward : .forward,
            from: self.from.map { .number($0) },
            pageSize: min(left, 500),
            resolveLinks: !self.keepsLinks
        )
        for try await event in events {
            print(json ? "\(EventOutput.json(event))" : EventOutput.text(event))
            left -= 1
            if left == 0 { break }
        }
    }
}
