import ArgumentParser
import PhotonPump

/// `pump diff`
struct DiffCommand: PairCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compare two streams, or all streams of two servers.",
        discussion: """
            Events are the same if ids, types, bytes and numbers are. Exits with 0 if all are, and with 1 otherwise. A \
            line that begins with - is about an event that only <from> has, one with + about one that only <to> has, \
            and one with ~ about events with the same number that differ. $all is compared in the order of the log, up to \
            the first event that the other does not have at this place, whose line begins with !; the server's own \
            streams, whose names begin with $, and the places of pump copy do not count. Examples:

              pump diff ponies old-ponies
              pump diff '$all' '$all' --target-file new.url
            """
    )

    @Argument(help: "A stream; $all for all streams.")
    var from: String
    @Argument(help: "A stream; $all for all streams.")
    var to: String
    @OptionGroup var target: TargetOptions
    @OptionGroup var filter: FilterOptions
    @Flag(help: "Do not compare numbers, as after pump copy --numbers renew.")
    var ignoreNumbers = false
    @Flag(help: "Compare the metadata of the streams, too.")
    var metadata = false
    @Option(name: [.long, .customLong("count")], help: ArgumentHelp("The most differences to print.", valueName: "n"))
    var limit = 10
    @OptionGroup var shared: SharedOptions<Pump>

    func validate() throws {
        try self.checkNames()
        try self.filter.check(self.from)
        try check("limit", self.limit, in: 1...)
    }

    func run(from source: Client, to target: Client) async throws {
        let progress = ProgressLine()
        try await progress.show {
            ""
        } during: {
            let comparison = try await self.compare(source, target, progress)
            progress.erase()
            for difference in comparison.differences {
                Output.line(self.options.json ? "\(difference.json)" : difference.text)
            }
            if comparison.differences.isEmpty {
                Output.line(
                    self.options.json
                        ? "\(JSON.object([("equal", .integer(Int64(comparison.equal)))]))"
                        : "equal: \(comparison.equal) events")
            } else {
                throw InputError("'\(self.from)' and '\(self.to)' differ")
            }
        }
    }

    private func compare(_ source: Client, _ target: Client, _ progress: ProgressLine) async throws -> Comparison {
        let metadata = self.metadata ? MetadataComparison(source, target) : nil
        var comparison = Comparison(
            order: self.from == "$all" ? .log(mayHaveMore: false) : .stream, hasNumbers: !self.ignoreNumbers,
            limit: self.limit)
        if self.from == "$all" {
            let filter = self.filter.value(withMetadata: self.metadata)
            var left = MovedEvents(source.iterAll(matching: filter, resolveLinks: false), metadata)
            var right = MovedEvents(target.iterAll(matching: filter, resolveLinks: false))
            try await comparison.run(&left, &right, progress: progress)
        } else {
            var left = MovedEvents(source.iter(self.from, resolveLinks: false))
            var right = MovedEvents(target.iter(self.to, resolveLinks: false))
            try await comparison.run(&left, &right, progress: progress)
            try await metadata?.compare(self.from, self.to)
        }
        return comparison
    }
}
