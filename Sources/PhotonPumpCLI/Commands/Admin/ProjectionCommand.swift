import ArgumentParser
import Foundation
import PhotonPump
import PhotonPumpAdmin

/// `pump projection`
struct ProjectionCommand: PumpCommand {
    static let configuration = CommandConfiguration(
        commandName: "projection",
        abstract: "Create, change, watch and delete projections.",
        discussion: """
            Requests are made over HTTP, as the user in the connection string: to change something, an administrator \
            or, from server 5.0 on, an operator. Servers run projections only if they were started with \
            --run-projections; those they have from the start are $streams, $stream_by_category, $by_category, \
            $by_event_type and, from 5.0 on, $by_correlation_id.
            """,
        subcommands: [
            List.self, Create.self, Status.self, Query.self, State.self, Result.self, Enable.self, Disable.self,
            Abort.self, Reset.self, Delete.self, Wait.self,
        ]
    )

    @OptionGroup var shared: SharedOptions<Pump>

    /// Which projection.
    struct Target: ParsableArguments {
        @Argument(help: "The name of the projection.")
        var name: String

        var projection: ProjectionName { ProjectionName(self.name) }
    }

    private static func selection(_ argument: String) throws -> Projections.Selection {
        guard let selection = Projections.Selection(rawValue: argument) else {
            throw ValidationError("'\(argument)' is no mode of projections")
        }
        return selection
    }

    /// `pump projection list`
    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "List projections.")

        @Option(
            help: ArgumentHelp(
                "Which ones: \(Projections.Selection.allCases.map(\.rawValue).joined(separator: ", ")). (default: any)",
                valueName: "mode"),
            transform: ProjectionCommand.selection)
        var mode = Projections.Selection.all
        @OptionGroup var watch: WatchOptions
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<ProjectionCommand>

        func run(with admin: Admin, json: Bool) async throws {
            try await self.watch.run {
                let projections = try await admin.projections.list(self.mode)
                if json {
                    for projection in projections { Output.line(JSON(projection)) }
                } else {
                    Output.lines(Self.table(projections).lines)
                }
            }
        }

        private static func table(_ projections: [Projection]) -> Table {
            var table = Table("NAME", "MODE", "STATUS", "PROGRESS", "EVENTS", "POSITION")
            for projection in projections {
                table.add(
                    "\(projection.name)", "\(projection.mode)", "\(projection.status)", projection.percentage ?? "-",
                    projection.eventsProcessed.cell, projection.position.cell)
            }
            return table
        }
    }

    /// `pump projection status`
    struct Status: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Show what a projection is doing.")

        @OptionGroup var target: Target
        @OptionGroup var watch: WatchOptions
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<ProjectionCommand>

        func run(with admin: Admin, json: Bool) async throws {
            try await self.watch.run {
                let projection = try await admin.projections.status(of: self.target.projection)
                Output.lines(json ? ["\(JSON(projection))"] : projection.lines)
            }
        }
    }

    /// `pump projection state`
    struct State: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a projection's state, as JSON; nothing if it has none yet.")

        @OptionGroup var target: Target
        @Option(help: "The partition whose state is wanted. (default: the state of the whole)")
        var partition: String?
        @OptionGroup var watch: WatchOptions
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<ProjectionCommand>

        func run(with admin: Admin, json: Bool) async throws {
            try await self.watch.run {
                let state = try await admin.projections.state(
                    of: self.target.projection, as: JSONValue.self, partition: self.partition)
                if let state { Output.line(JSON(state.value)) }
            }
        }
    }

    /// `pump projection result`
    struct Result: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a projection's result, as JSON; nothing if it has none yet.")

        @OptionGroup var target: Target
        @Option(help: "The partition whose result is wanted. (default: the result of the whole)")
        var partition: String?
        @OptionGroup var watch: WatchOptions
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<ProjectionCommand>

        func run(with admin: Admin, json: Bool) async throws {
            try await self.watch.run {
                let result = try await admin.projections.result(
                    of: self.target.projection, as: JSONValue.self, partition: self.partition)
                if let result { Output.line(JSON(result.value)) }
            }
        }
    }

    /// `pump projection wait`
    struct Wait: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Wait until a projection is in a state, such as running, stopped or completed.",
            discussion: "Fails when the time is up, and at once if the projection can no longer get there.")

        @OptionGroup var target: Target
        @Argument(help: "One of the server's words for a state, with or without a capital letter.")
        var state: String
        @Option(help: "The most seconds to wait.")
        var timeout = 60
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<ProjectionCommand>

        func validate() throws {
            try check("timeout", self.timeout, in: 1...86_400)
            if case .other = self.awaited { throw ValidationError("'\(self.state)' is no state of a projection") }
        }

        private var awaited: ProjectionStatus.State {
            ProjectionStatus(self.state.prefix(1).uppercased() + self.state.dropFirst()).state
        }

        func run(with admin: Admin, json: Bool) async throws {
            let projection = try await admin.projections.wait(
                for: self.target.projection, until: self.awaited,
                options: CallOptions(timeout: .seconds(self.timeout)))
            Output.line(json ? "\(JSON(projection))" : "\(projection.name): \(projection.status)")
        }
    }
}

extension Projection {
    fileprivate var percentage: String? { self.progress.map { String(format: "%.1f %%", $0) } }

    fileprivate var lines: [String] {
        var lines = [
            "status           \(self.status)",
            "mode             \(self.mode)",
            "progress         \(self.percentage ?? "unknown")",
            "position         \(self.position.cell)",
            "checkpoint       \(self.lastCheckpoint.cell)",
            "events           \(self.eventsProcessed.cell)",
        ]
        if let reason { lines.append("reason           \(reason)") }
        return lines
    }
}

extension JSON {
    fileprivate init(_ projection: Projection) {
        self = .object([
            ("name", .string("\(projection.name)")),
            ("mode", .string("\(projection.mode)")),
            ("status", .string("\(projection.status)")),
            ("reason", JSON(projection.reason)),
            ("progress", projection.progress.map { .number($0, decimals: 2) } ?? .null),
            ("eventsProcessed", JSON(projection.eventsProcessed)),
            ("position", JSON(projection.position?.description)),
            ("lastCheckpoint", JSON(projection.lastCheckpoint?.description)),
            ("version", JSON(projection.version)),
            ("epoch", JSON(projection.epoch)),
        ])
    }
}
