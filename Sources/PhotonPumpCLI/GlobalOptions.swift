import ArgumentParser
import Foundation
import Logging
import PhotonPump

/// The options of `pump` itself, accepted before and after the subcommand.
struct GlobalOptions: ParsableArguments {
    @Option(
        name: .customLong("connect"),
        help:
            "The server or cluster, such as tcp://[user:password@]host[:port] or discover://host. (default: $PHOTONPUMP_URL, then tcp://localhost:1113)"
    )
    var url: String?

    @Flag(help: "Print one JSON object per line.")
    var json = false

    @Flag(name: .short, help: "Log what happens to stderr; with serve and demo, -vv also logs each request.")
    var verbose: Int

    /// These options, completed by those given before the subcommand.
    func merged(with outer: GlobalOptions) -> GlobalOptions {
        var merged = self
        merged.url = self.url ?? outer.url
        merged.json = self.json || outer.json
        merged.verbose = max(self.verbose, outer.verbose)
        return merged
    }

    /// - Throws: `ValidationError` when the connection string is wrong.
    func configuration() throws -> Client.Configuration {
        let url = self.url ?? self.urlOfEnvironment ?? "tcp://localhost:1113"
        do {
            return try Client.Configuration(url)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    private var urlOfEnvironment: String? {
        ProcessInfo.processInfo.environment["PHOTONPUMP_URL"].flatMap { $0.isEmpty ? nil : $0 }
    }

    var logger: Logger {
        var logger = Logger(label: "pump") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel =
            switch self.verbose {
            case 0: .error
            case 1: .debug
            default: .trace
            }
        return logger
    }
}
