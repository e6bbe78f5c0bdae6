import ArgumentParser

/// `pump`: EventStore from the command line.
@main
struct Pump: AsyncParsableCommand, OptionsHolder {
    static let configuration = CommandConfiguration(
        commandName: "pump",
        abstract: "Publish, read and follow events on an EventStore server, over its TCP protocol.",
        discussion: """
            Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 the operation failed (one line on \
            stderr says what and where), 64 bad usage.
            """,
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, ServeCommand.self, PingCommand.self, PublishCommand.self, ReadCommand.self,
            TailCommand.self, StreamCommand.self, GroupCommand.self, ConsumeCommand.self, GossipCommand.self,
            ProjectionCommand.self, UserCommand.self, NodeCommand.self, ScavengeCommand.self, BenchCommand.self,
        ]
    )

    @OptionGroup var options: GlobalOptions

    static func main() async {
        do {
            try MisplacedPassword.check(Array(CommandLine.arguments.dropFirst()))
        } catch {
            self.exit(withError: error)
        }
        await self.main(nil)
    }
}
