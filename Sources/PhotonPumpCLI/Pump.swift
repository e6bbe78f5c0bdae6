import ArgumentParser
import Foundation

/// `pump`: EventStore from the command line.
@main
struct Pump: AsyncParsableCommand, OptionsHolder {
    static let configuration = CommandConfiguration(
        commandName: "pump",
        abstract: "Publish, read and follow events on an EventStore server, over its TCP protocol.",
        discussion: """
            To begin with, in two terminals:

              pump serve
              pump publish ponies PonyJumped --data '{"height":11}'
              pump read ponies

            Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 the operation failed (one line on \
            stderr says what and where), 64 bad usage.

            For completion by the tabulator, in bash (zsh and fish alike):

              source <(pump --generate-completion-script bash)
            """,
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, ServeCommand.self, PingCommand.self, PublishCommand.self, ReadCommand.self,
            TailCommand.self, StreamCommand.self, GroupCommand.self, ConsumeCommand.self, CopyCommand.self,
            DiffCommand.self, TopCommand.self, GossipCommand.self,
            ProjectionCommand.self, UserCommand.self, NodeCommand.self, ScavengeCommand.self, BenchCommand.self,
        ]
    )

    @OptionGroup var options: GlobalOptions

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            try MisplacedPassword.check(arguments)
            var command = try self.parse(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            self.end(with: error)
        }
    }

    private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
        do {
            return try self.parseAsRoot(arguments)
        } catch {
            let unknown = self.exitCode(for: error) == .validationFailure ? UnknownCommand.find(in: arguments) : nil
            throw unknown?.error ?? error
        }
    }

    /// Says what went wrong, whatever the error quotes, and ends the process.
    private static func end(with error: any Error) -> Never {
        let code = self.exitCode(for: error)
        // Help is no error, and goes to stdout.
        if code.isSuccess { self.exit(withError: error) }
        var message = self.fullMessage(for: error)
        for argument in CommandLine.arguments { message = message.replacing(argument, with: Printable.line(argument)) }
        // What is wrong with the arguments is said with the usage below it; everything else takes one line.
        let lines = code == .validationFailure ? message.split(separator: "\n").map(String.init) : [message]
        for line in lines where !line.isEmpty { ProgressLine.note(line) }
        Foundation.exit(code.rawValue)
    }
}
