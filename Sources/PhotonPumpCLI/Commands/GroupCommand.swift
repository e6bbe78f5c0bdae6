import ArgumentParser
import PhotonPump

/// `pump group`
struct GroupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group",
        abstract: "Create, change, delete and inspect persistent subscriptions.",
        discussion: """
            A persistent subscription is named by its stream and its group, in this order. The connection string must \
            name a user who may manage it: an administrator or, from server 5.0 on, an operator.
            """,
        subcommands: [Create.self, Update.self, Delete.self, Info.self, ReplayParked.self]
    )

    @ParentCommand var pump: Pump
    @OptionGroup var global: GlobalOptions

    /// Which persistent subscription.
    struct Target: ParsableArguments {
        @Argument(help: "The stream whose events the persistent subscription delivers.")
        var stream: String
        @Argument(help: "The name of the persistent subscription.")
        var group: String
    }

    /// `pump group create`
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create a persistent subscription.")

        @ParentCommand var parent: GroupCommand
        @OptionGroup var global: GlobalOptions
        @OptionGroup var target: Target
        @OptionGroup(title: "Settings") var settings: GroupSettings

        func run() async throws {
            try await self.parent.change(self.target, "created", self.global) { client in
                try await client.createSubscription(
                    self.target.group, to: self.target.stream, settings: self.settings.value)
            }
        }
    }

    /// `pump group update`
    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replace the settings of a persistent subscription.",
            discussion: "All settings are replaced: those not given get their defaults. Its consumers are disconnected."
        )

        @ParentCommand var parent: GroupCommand
        @OptionGroup var global: GlobalOptions
        @OptionGroup var target: Target
        @OptionGroup(title: "Settings") var settings: GroupSettings

        func run() async throws {
            try await self.parent.change(self.target, "updated", self.global) { client in
                try await client.updateSubscription(
                    self.target.group, to: self.target.stream, settings: self.settings.value)
            }
        }
    }

    /// `pump group delete`
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a persistent subscription, its checkpoint and its parked events.")

        @ParentCommand var parent: GroupCommand
        @OptionGroup var global: GlobalOptions
        @OptionGroup var target: Target

        func run() async throws {
            try await self.parent.change(self.target, "deleted", self.global) { client in
                try await client.deleteSubscription(self.target.group, to: self.target.stream)
            }
        }
    }

    /// `pump group info`
    struct Info: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the state of a persistent subscription.",
            discussion: "The request is made over HTTP, as the user in the connection string."
        )

        @ParentCommand var parent: GroupCommand
        @OptionGroup var global: GlobalOptions
        @OptionGroup var target: Target
        @OptionGroup var http: HTTPOptions

        func run() async throws {
            try await self.parent.withClient(self.global) { client, json in
                let info = try await client.subscriptionInfo(
                    self.target.group, to: self.target.stream, httpPort: self.http.httpPort)
                print(json ? EventOutput.oneLine(info.json) : EventOutput.text(info))
            }
        }
    }

    /// `pump group replay-parked`
    struct ReplayParked: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay-parked",
            abstract: "Deliver the parked events of a persistent subscription again.",
            discussion: "The request is made over HTTP, as the user in the connection string."
        )

        @ParentCommand var parent: GroupCommand
        @OptionGroup var global: GlobalOptions
        @OptionGroup var target: Target
        @OptionGroup var http: HTTPOptions

        func run() async throws {
            try await self.parent.change(self.target, "replaying parked events", self.global) { client in
                try await client.replayParkedEvents(
                    of: self.target.group, to: self.target.stream, httpPort: self.http.httpPort)
            }
        }
    }

    struct HTTPOptions: ParsableArguments {
        @Option(help: "The HTTP port of the server that a tcp:// or tls:// URL names.")
        var httpPort = Endpoint.defaultGossipPort

        func validate() throws {
            guard (1...65535).contains(self.httpPort) else {
                throw ValidationError("--http-port must be within 1...65535")
            }
        }
    }

    /// Does something to a persistent subscription, and prints that it is done.
    fileprivate func change(
        _ target: Target,
        _ done: String,
        _ inner: GlobalOptions,
        _ body: @escaping @Sendable (Client) async throws -> Void
    ) async throws {
        let (stream, group) = (target.stream, target.group)
        try await self.withClient(inner) { client, json in
            try await body(client)
            let document = JSON.object([
                ("stream", .string(stream)), ("group", .string(group)), ("result", .string(done)),
            ])
            print(json ? "\(document)" : Printable.line("\(group) of \(stream): \(done)"))
        }
    }

    /// Runs `body` with a client for the settings that were given to any of the commands.
    fileprivate func withClient(
        _ inner: GlobalOptions,
        _ body: @escaping @Sendable (Client, _ json: Bool) async throws -> Void
    ) async throws {
        let global = inner.merged(with: self.global.merged(with: self.pump.global))
        let configuration = try global.configuration()
        try await interruptible {
            // What goes over HTTP needs no connection.
            let client = try Client(configuration, logger: global.logger)
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(client, global.json))
            } catch {
                result = .failure(error)
            }
            await client.close()
            try result.get()
        }
    }
}

extension EventOutput {
    fileprivate static func text(_ info: PersistentSubscriptionInfo) -> String {
        func text(_ value: (some CustomStringConvertible)?) -> String { value?.description ?? "not told" }
        return """
            status           \(Printable.line(info.status ?? "not told"))
            consumers        \(text(info.connectionCount))
            in flight        \(text(info.inFlightCount))
            processed        \(text(info.processedCount))
            checkpoint       \(text(info.lastProcessedEventNumber))
            last event       \(text(info.lastKnownEventNumber))
            """
    }
}
