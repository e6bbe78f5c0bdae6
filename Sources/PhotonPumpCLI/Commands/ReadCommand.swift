import ArgumentParser
import Foundation
import PhotonPump
import Synchronization

/// `pump read`
struct ReadCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "Print the events of a stream, or of all streams.",
        discussion: """
            Links are followed to the events they point to. Each event takes one line, with or without --json. To read \
            $all, the connection string must name a user who may do so, by default an administrator.

            --since looks for the first event by its time: in a stream with a few reads, whatever its length, and in \
            $all by going back from the end, which reads what is printed twice. It trusts the servers' clocks never to \
            have gone back. Of links, the time of the link counts.
            """
    )

    @Argument(help: "The stream to read; $all reads all streams.")
    var stream: String
    @Flag(help: "Read from newer to older events.")
    var backward = false
    @Option(
        help: ArgumentHelp(
            "Where to begin: an event's number; for $all, COMMIT/PREPARE. (default: the start, or the end with --backward)",
            valueName: "place")
    )
    var from: String?
    @Option(
        help: ArgumentHelp(
            "Only events written since then: 2h ago (or 90s, 15m, 1d12h, 2w), or at a time such as 2026-11-29 or 2026-11-29T08:30:00+01:00; without a zone, in UTC.",
            valueName: "time"),
        transform: { try TimeArgument.time($0) })
    var since: Date?
    @Option(
        name: [.long, .customLong("limit")],
        help: ArgumentHelp("The most events to print. (default: all)", valueName: "n"))
    var count: Int?
    @OptionGroup var selection: EventSelection
    @OptionGroup var printing: PrintingOptions
    @OptionGroup var shared: SharedOptions<Pump>

    func validate() throws {
        try self.selection.check(self.stream)
        if self.stream == "$all" { _ = try self.position() } else { _ = try self.number() }
        try check("count", self.count, in: 0...)
        if self.since != nil, self.from != nil, !self.backward {
            throw ValidationError("--since and --from exclude each other, except with --backward")
        }
    }

    func run(with client: Client, json: Bool) async throws {
        let progress = ProgressLine()
        let place = Mutex("")
        try await progress.show {
            place.withLock { $0 }
        } during: {
            try await EventPrinter.run(self.printing.style(self.options), progress: progress) { printer in
                func show(_ event: ResolvedEvent) throws -> Bool {
                    if self.backward, let since, event.received.created < since { return false }
                    try printer.print(event)
                    if ProgressLine.isShown { place.withLock { $0 = Self.place(of: event) } }
                    return true
                }
                if self.stream == "$all" {
                    guard let events = try await self.events(client) else { return }
                    for try await event in events { if try !show(event) { break } }
                } else {
                    for try await event in try await self.streamEvents(client) { if try !show(event) { break } }
                }
            }
        }
    }

    private static func place(of event: ResolvedEvent) -> String {
        event.position.map { "at \($0)" } ?? "at \(event.received.number)@\(event.received.stream)"
    }

    private var direction: Direction { self.backward ? .backward : .forward }

    /// - Returns: nil if there are none.
    private func events(_ client: Client) async throws -> AllEvents? {
        var start = try self.position()
        if let since, !self.backward {
            guard let first = try await FirstSince.position(since, client) else { return nil }
            start = first
        }
        return client.iterAll(
            direction: self.direction, from: start, limit: self.count, matching: self.selection.filter,
            resolveLinks: !self.selection.keepsLinks)
    }

    private func streamEvents(_ client: Client) async throws -> StreamEvents {
        var start = try self.number()
        if let since, !self.backward { start = .number(try await FirstSince.number(since, in: self.stream, client)) }
        return client.iter(
            self.stream, direction: self.direction, from: start, limit: self.count,
            resolveLinks: !self.selection.keepsLinks)
    }

    private func number() throws -> StreamPosition? { try self.from.map { .number(try PlaceArgument.number($0)) } }
    private func position() throws -> Position? { try self.from.map(PlaceArgument.position) }
}
