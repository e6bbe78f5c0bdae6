import ArgumentParser
import PhotonPump

/// `pump read`
struct ReadCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "Print the events of a stream, or of all streams.",
        discussion: """
            Links are followed to the events they point to. Each event takes one line, with or without --json. To read \
            $all, the connection string must name a user who may do so, by default an administrator.
            """
    )

    @OptionGroup var shared: SharedOptions<Pump>

    @Argument(help: "The stream to read; $all reads all streams.")
    var stream: String
    @Flag(help: "Read from newer to older events.")
    var backward = false
    @Option(
        help:
            "Where to begin: an event's number; for $all, COMMIT/PREPARE. (default: the start, or the end with --backward)"
    )
    var from: String?
    @Option(help: "The most events to print. (default: all)")
    var count: Int?
    @OptionGroup var selection: EventSelection

    func validate() throws {
        try self.selection.check(self.stream)
        if self.stream == "$all" { _ = try self.position() } else { _ = try self.number() }
        try check("count", self.count, in: 0...)
    }

    func run(with client: Client, json: Bool) async throws {
        try await EventPrinter.run(json: json) { printer in
            let direction = self.backward ? Direction.backward : .forward
            if self.stream == "$all" {
                let events = client.iterAll(
                    direction: direction, from: try self.position(), limit: self.count, matching: self.selection.filter,
                    resolveLinks: !self.selection.keepsLinks
                )
                for try await event in events { try printer.print(event) }
            } else {
                let events = client.iter(
                    self.stream, direction: direction, from: try self.number(), limit: self.count,
                    resolveLinks: !self.selection.keepsLinks
                )
                for try await event in events { try printer.print(event) }
            }
        }
    }

    private func number() throws -> StreamPosition? { try self.from.map { .number(try PlaceArgument.number($0)) } }
    private func position() throws -> Position? { try self.from.map(PlaceArgument.position) }
}
