import ArgumentParser
import PhotonPump

/// `pump tail`
struct TailCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Print the events of a stream, or of all streams, as they are written.",
        discussion: """
            Runs until SIGINT or SIGTERM, or until --count events have been printed. When the connection is lost it \
            connects again, and neither misses events nor prints them twice. Links are followed to the events they \
            point to. To follow $all, the connection string must name a user who may read it, by default an administrator.
            """
    )

    @Argument(help: "The stream to follow; $all follows all streams.")
    var stream: String
    @Option(
        help: ArgumentHelp(
            "Where to begin: start, end, or an event's number; for $all, COMMIT/PREPARE.", valueName: "place"))
    var from = "end"
    @Option(
        name: [.long, .customLong("limit")],
        help: ArgumentHelp("Stop after this many events. (default: never)", valueName: "n"))
    var count: Int?
    @Option(
        help: ArgumentHelp(
            "What to do where --from lies beyond the end: fail, wait for that place to be written, or start over with the first event.",
            valueName: "action"))
    var beyondEnd = BeyondEnd.fail
    @OptionGroup var selection: EventSelection
    @OptionGroup var printing: PrintingOptions
    @OptionGroup var shared: SharedOptions<Pump>

    enum BeyondEnd: String, ExpressibleByArgument, CaseIterable {
        case fail, wait
        case startOver = "start-over"

        /// nil where the error says it.
        var consequence: String? {
            switch self {
            case .fail: nil
            case .wait: "waiting for it to be written"
            case .startOver: "starting over with the first event"
            }
        }

        var option: SubscriptionOptions.BeyondEnd {
            switch self {
            case .fail: .fail
            case .wait: .wait
            case .startOver: .startOver
            }
        }
    }

    func validate() throws {
        try self.selection.check(self.stream)
        if self.stream == "$all" {
            _ = try self.start(PlaceArgument.position)
        } else {
            _ = try self.start(PlaceArgument.number)
        }
        try check("count", self.count, in: 1...)
    }

    func run(with client: Client, json: Bool) async throws {
        var options = SubscriptionOptions()
        options.resolveLinks = !self.selection.keepsLinks
        options.beyondEnd = self.beyondEnd.option
        if self.stream == "$all" {
            let subscription = try await client.subscribeToAll(
                from: self.start(PlaceArgument.position), matching: self.selection.filter, options: options)
            try await self.printEvents(of: subscription) {
                subscription.status.lagInBytes.map { ", \($0) bytes of the log behind" } ?? ""
            }
        } else {
            let subscription = try await client.subscribe(
                to: self.stream, from: self.start(PlaceArgument.number), options: options)
            try await self.printEvents(of: subscription) {
                subscription.status.lag.map { ", \($0) behind" } ?? ""
            }
        }
    }

    private func printEvents<Place>(
        of subscription: Subscription<Place>,
        lag: @escaping @Sendable () -> String
    ) async throws {
        let progress = ProgressLine()
        let printer = EventPrinter(self.printing.style(self.options), isPrompt: true, progress: progress)
        let limit = self.count ?? .max
        try await progress.show {
            Self.name(subscription.status.phase) + lag()
        } during: {
            var printed = 0
            for try await message in subscription.messages {
                if case .beyondEnd = message, let consequence = self.beyondEnd.consequence {
                    ProgressLine.note("Warning: the place to continue from lies beyond the end; \(consequence)")
                }
                guard case .event(let event) = message else { continue }
                try printer.print(event)
                printed += 1
                if printed == limit { break }
            }
        }
    }

    private static func name(_ phase: SubscriptionPhase) -> String {
        switch phase {
        case .readingHistory: "reading existing events"
        case .goingLive: "going live"
        case .live: "live"
        case .beyondEnd: "beyond the end"
        case .ended: "over"
        }
    }

    private func start<Place>(_ place: (String) throws -> Place) throws -> SubscriptionStart<Place> {
        switch self.from {
        case "start": .start
        case "end": .end
        default: .from(try place(self.from))
        }
    }
}
