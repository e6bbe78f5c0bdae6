import ArgumentParser
import PhotonPump
import Synchronization

/// `pump copy`
struct CopyCommand: PairCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy a stream, or all streams, to another server or name.",
        discussion: """
            The events keep their ids, types, bytes and order, and their numbers, too, unless --numbers says otherwise. \
            They get the time of the copy. To copy $all, both are $all; the server's own streams, whose names begin with \
            $, are left out then. Nobody else should write to the streams of the target meanwhile.

            It can be interrupted at any moment, also by kill -9, and does not copy anything twice when it is started \
            again: its place is kept in a stream of the target, whose name it prints. Started again later, it copies \
            what is new. At the end it reads both and compares them.

            What cannot be moved as it is, such as links or the metadata of streams, makes it fail with the name of the \
            option that says what to do. Examples:

              pump copy ponies ponies --target tcp://new:1113
              pump copy '$all' '$all' --target-file new.url --metadata copy
              pump copy ponies old-ponies
            """
    )

    @Argument(help: "The stream to copy; $all for all streams.")
    var from: String
    @Argument(help: "The stream to write to; $all for all streams.")
    var to: String
    @OptionGroup var target: TargetOptions
    @OptionGroup var filter: FilterOptions
    @OptionGroup(title: "What cannot be moved as it is") var rules: MovingRules
    @Option(
        name: .customLong("place"),
        help: ArgumentHelp(
            "The stream of the target that the place is kept in. (default: one for each <from> and <to>)",
            valueName: "stream"))
    var placeStream: String?
    @Flag(help: "Do not compare source and target at the end.")
    var noVerify = false
    @OptionGroup var shared: SharedOptions<Pump>

    func validate() throws {
        try self.checkNames()
        try self.filter.check(self.from)
        if self.to.hasPrefix("$"), self.to != "$all" {
            throw ValidationError("'\(self.to)' is a stream of the server itself, which nothing can be copied to")
        }
    }

    func run(from source: Client, to target: Client) async throws {
        let progress = ProgressLine()
        let command = self
        let isCopied = Atomic(false)
        try await progress.show {
            isCopied.load(ordering: .relaxed) ? "copied; comparing" : "copying"
        } during: {
            var run = CopyRun(command, source, target, progress)
            try await run.copy()
            isCopied.store(true, ordering: .relaxed)
            if !command.noVerify { try await run.verify() }
            progress.erase()
            Output.line(command.options.json ? "\(run.json)" : run.text)
        }
    }
}
