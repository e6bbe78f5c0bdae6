import ArgumentParser
import Foundation
import PhotonPump

/// `pump stream`
struct StreamCommand: PumpCommand {
    static let configuration = CommandConfiguration(
        commandName: "stream",
        abstract: "Delete streams, and read or set their metadata.",
        subcommands: [Delete.self, Tombstone.self, Metadata.self]
    )

    @OptionGroup var shared: SharedOptions<Pump>

    /// Which stream to delete, and when.
    struct Target: ParsableArguments {
        @Argument(help: "The stream to delete.")
        var stream: String
        @Option(
            help: ArgumentHelp(
                "What must be true of it: any, none or the number of its last event. (default: any)",
                valueName: "version"),
            transform: expectedVersion)
        var expect = ExpectedVersion.any

        fileprivate func printDeleted(at position: Position?, json: Bool) {
            let place = position.map { " at \($0)" } ?? ""
            Output.line(
                json
                    ? "\(EventOutput.json(deleted: self.stream, at: position))" : "\(self.stream): deleted\(place)")
        }
    }

    /// `pump stream delete`
    struct Delete: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a stream so that it can be written to again.")

        @OptionGroup var target: Target
        @OptionGroup var shared: SharedOptions<StreamCommand>

        func run(with client: Client, json: Bool) async throws {
            let position = try await client.deleteStream(self.target.stream, expecting: self.target.expect)
            self.target.printDeleted(at: position, json: json)
        }
    }

    /// `pump stream tombstone`
    struct Tombstone: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a stream permanently, so that it can never be written to again.")

        @OptionGroup var target: Target
        @OptionGroup var shared: SharedOptions<StreamCommand>

        func run(with client: Client, json: Bool) async throws {
            let position = try await client.tombstoneStream(self.target.stream, expecting: self.target.expect)
            self.target.printDeleted(at: position, json: json)
        }
    }

    /// `pump stream metadata`
    struct Metadata: ClientCommand {
        static let configuration = CommandConfiguration(abstract: "Print a stream's metadata, or replace it.")

        @Argument(help: "The stream.")
        var stream: String
        @Option(
            name: .customLong("set"),
            help: ArgumentHelp(
                "The complete new metadata, such as {\"$maxCount\":100}. (default: print the metadata)",
                valueName: "json"))
        var metadata: String?
        @OptionGroup var shared: SharedOptions<StreamCommand>

        func validate() throws {
            do {
                _ = try self.metadata.map { try EventLine.json($0, "--set", isObject: true) }
            } catch {
                throw ValidationError("\(error)")
            }
        }

        func run(with client: Client, json: Bool) async throws {
            if let metadata {
                let write = try await client.setRawMetadata(Payload(metadata), of: self.stream)
                Output.line(json ? "\(EventOutput.json(write))" : EventOutput.text(write))
            } else {
                Output.line(EventOutput.oneLine(try await client.getRawMetadata(of: self.stream)?.data ?? "{}"))
            }
        }
    }
}
