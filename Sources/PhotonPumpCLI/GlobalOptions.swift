import ArgumentParser
import Foundation
import Logging
import PhotonPump

/// The options of `pump` itself, accepted before and after the subcommand.
struct GlobalOptions: ParsableArguments {
    /// Those that a value follows.
    static let namesWithValues = ["--connect", "--connect-file", "--color"]

    /// Whether an argument is one of these options, perhaps with its value.
    static func isName(_ argument: String) -> Bool {
        argument == "--json" || argument.hasPrefix("-v")
            || self.namesWithValues.contains { name in
                argument == name || argument.hasPrefix("\(name)=")
            }
    }

    @Option(
        name: .customLong("connect"),
        help: ArgumentHelp(
            "The server or cluster, such as tcp://[user:password@]host[:port] or discover://host. Other users of the machine can see it: prefer --connect-file or $PHOTONPUMP_URL if it has a password. (default: $PHOTONPUMP_URL, then tcp://localhost:1113)",
            valueName: "url")
    )
    var url: String?

    @Option(
        name: .customLong("connect-file"),
        help: ArgumentHelp(
            "A file with such a line, which only its owner can read. Other users see what is given with --connect.",
            valueName: "path"), completion: .file())
    var file: String?

    @Flag(help: "Print one JSON object per line.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Whether the output for people has colours; auto: on terminals, unless $NO_COLOR is set. (default: auto)",
            valueName: "when"))
    var color: Colours.Choice?

    @Flag(name: .short, help: "Log what happens to stderr; with serve and demo, -vv also logs each request.")
    var verbose: Int

    func validate() throws {
        if self.url != nil, self.file != nil {
            throw ValidationError("--connect and --connect-file exclude each other")
        }
    }

    /// These options, completed by those given before the subcommand.
    func merged(with outer: GlobalOptions) -> GlobalOptions {
        var merged = self
        if self.url == nil, self.file == nil { (merged.url, merged.file) = (outer.url, outer.file) }
        merged.json = self.json || outer.json
        merged.color = self.color ?? outer.color
        merged.verbose = max(self.verbose, outer.verbose)
        return merged
    }

    /// What to connect to. What its settings give up is said on stderr, whatever is logged.
    ///
    /// - Throws: `ValidationError` when the connection string is wrong.
    func configuration() throws -> Client.Configuration {
        let url = try self.url ?? self.urlOfFile() ?? self.urlOfEnvironment ?? "tcp://localhost:1113"
        return try Self.configuration(url)
    }

    /// - Throws: `ValidationError` when the connection string is wrong.
    static func configuration(_ url: String) throws -> Client.Configuration {
        let configuration: Client.Configuration
        do {
            configuration = try Client.Configuration(url)
        } catch {
            throw ValidationError("\(error)")
        }
        try warn(of: configuration.risks)
        return configuration
    }

    private func urlOfFile() throws -> String? {
        do {
            return try self.file.map { try SecretFile(path: $0).line }
        } catch {
            throw ValidationError("--connect-file: \(error)")
        }
    }

    private var urlOfEnvironment: String? {
        ProcessInfo.processInfo.environment["PHOTONPUMP_URL"].flatMap { $0.isEmpty ? nil : $0 }
    }

    var colours: Colours { Colours(self.color ?? .auto) }

    var logger: Logger {
        var logger = Logger(label: "pump") { PrintableLogHandler(label: $0) }
        logger.logLevel =
            switch self.verbose {
            case 0: .error
            case 1: .debug
            default: .trace
            }
        return logger
    }
}
