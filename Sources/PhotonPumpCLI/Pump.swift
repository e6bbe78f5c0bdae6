import ArgumentParser

/// `pump`: EventStore from the command line.
@main
struct Pump: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pump",
        abstract: "Publish, read and measure events on an EventStore server, over its TCP protocol.",
        discussion: """
            Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 the operation failed, 64 bad usage.
            """,
        version: "0.1.0",
        subcommands: [
            BenchCommand.self,
        ]
    )

    @OptionGroup var global: GlobalOptions
}
