import ArgumentParser
import PhotonPump
import PhotonPumpAdmin

/// `pump group`
struct GroupCommand: PumpCommand {
    static let configuration = CommandConfiguration(
        commandName: "group",
        abstract: "Create, change, delete and inspect persistent subscriptions.",
        discussion: """
            A persistent subscription is named by its stream and its group, in this order:

              pump group create ponies herd --from start
              pump consume ponies herd

            The connection string must \
            name a user who may manage it: an administrator or, from server 5.0 on, an operator.
            """,
        subcommands: [
            Create.self, Update.self, Delete.self, List.self, Info.self, Parked.self, ReplayParked.self,
            DeleteParked.self,
        ]
    )

    @OptionGroup var shared: SharedOptions<Pump>

    /// Which persistent subscription.
    struct Target: ParsableArguments {
        @Argument(help: "The stream whose events the persistent subscription delivers.")
        var stream: String
        @Argument(help: "The name of the persistent subscription.")
        var group: String
    }

    /// `pump group create`
    struct Create: GroupChange {
        static let done = "created"
        static let configuration = CommandConfiguration(abstract: "Create a persistent subscription.")

        @OptionGroup var target: Target
        @OptionGroup(title: "Settings") var settings: GroupSettings
        @OptionGroup var shared: SharedOptions<GroupCommand>

        func change(with client: Client) async throws {
            try await client.createSubscription(
                self.target.group, to: self.target.stream, settings: self.settings.value)
        }
    }

    /// `pump group update`
    struct Update: GroupChange {
        static let done = "updated"
        static let configuration = CommandConfiguration(
            abstract: "Replace the settings of a persistent subscription.",
            discussion: "All settings are replaced: those not given get their defaults. Its consumers are disconnected."
        )

        @OptionGroup var target: Target
        @OptionGroup(title: "Settings") var settings: GroupSettings
        @OptionGroup var shared: SharedOptions<GroupCommand>

        func change(with client: Client) async throws {
            try await client.updateSubscription(
                self.target.group, to: self.target.stream, settings: self.settings.value)
        }
    }

    /// `pump group delete`
    struct Delete: GroupChange {
        static let done = "deleted"
        static let configuration = CommandConfiguration(
            abstract: "Delete a persistent subscription, its checkpoint and its parked events.")

        @OptionGroup var target: Target
        @OptionGroup var shared: SharedOptions<GroupCommand>

        func change(with client: Client) async throws {
            try await client.deleteSubscription(self.target.group, to: self.target.stream)
        }
    }

    /// `pump group info`
    struct Info: ClientCommand {
        static let connectsFirst = false
        static let configuration = CommandConfiguration(
            abstract: "Show the state of a persistent subscription.",
            discussion: "The request is made over HTTP, as the user in the connection string."
        )

        @OptionGroup var target: Target
        @OptionGroup var watch: WatchOptions
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<GroupCommand>

        func run(with client: Client, json: Bool) async throws {
            try await self.watch.run {
                let (group, stream) = (self.target.group, self.target.stream)
                do {
                    let info = try await self.http.request(client.configuration) {
                        try await client.subscriptionInfo(group, to: stream, httpPort: self.http.httpPort)
                    }
                    Output.lines(json ? [EventOutput.oneLine(info.json)] : EventOutput.lines(info))
                } catch let error as PhotonPumpError where error.code == .subscriptionNotFound {
                    // With some names it is in the list alone.
                    let admin = Admin(client, httpPort: self.http.httpPort)
                    let all = try await admin.subscriptions.list()
                    guard let found = all.first(where: { $0.group == group && $0.stream == stream }) else {
                        throw error
                    }
                    Output.lines(json ? ["\(JSON(found))"] : EventOutput.lines(found))
                }
            }
        }
    }

    /// `pump group replay-parked`
    struct ReplayParked: GroupChange {
        static let done = "replaying parked events"
        static let configuration = CommandConfiguration(
            abstract: "Deliver the parked events of a persistent subscription again.",
            discussion: "The request is made over HTTP, as the user in the connection string."
        )

        @OptionGroup var target: Target
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<GroupCommand>

        func change(with client: Client) async throws {
            try await self.http.request(client.configuration) {
                try await client.replayParkedEvents(
                    of: self.target.group, to: self.target.stream, httpPort: self.http.httpPort)
            }
        }
    }
}

/// Does something to a persistent subscription, and prints that it is done.
protocol GroupChange: ClientCommand {
    static var done: String { get }

    var target: GroupCommand.Target { get }

    func change(with client: Client) async throws
}

extension GroupChange {
    // Some of it goes over HTTP, which needs no connection.
    static var connectsFirst: Bool { false }

    func run(with client: Client, json: Bool) async throws {
        try await self.change(with: client)
        let (stream, group) = (self.target.stream, self.target.group)
        let document = JSON.object([
            ("stream", .string(stream)), ("group", .string(group)), ("result", .string(Self.done)),
        ])
        Output.line(json ? "\(document)" : "\(group) of \(stream): \(Self.done)")
    }
}

extension EventOutput {
    fileprivate static func lines(_ info: PersistentSubscriptionInfo) -> [String] {
        self.lines(
            info.status, info.connectionCount, info.inFlightCount, info.processedCount, info.lastProcessedEventNumber,
            info.lastKnownEventNumber)
    }

    fileprivate static func lines(_ details: SubscriptionDetails) -> [String] {
        self.lines(
            details.status, details.connectionCount, details.inFlightCount, details.processedCount,
            details.lastProcessedEventNumber, details.lastKnownEventNumber)
    }

    private static func lines(
        _ status: String?, _ consumers: Int?, _ inFlight: Int?, _ processed: (some CustomStringConvertible)?,
        _ checkpoint: Int64?, _ last: Int64?
    ) -> [String] {
        func text(_ value: (some CustomStringConvertible)?) -> String { value?.description ?? "unknown" }
        // A server that has no such event says -1.
        func number(_ value: Int64?) -> String { value.map { $0 < 0 ? "none" : "\($0)" } ?? "unknown" }
        return [
            "status           \(text(status))",
            "consumers        \(text(consumers))",
            "in flight        \(text(inFlight))",
            "processed        \(text(processed))",
            "checkpoint       \(number(checkpoint))",
            "last event       \(number(last))",
        ]
    }
}
