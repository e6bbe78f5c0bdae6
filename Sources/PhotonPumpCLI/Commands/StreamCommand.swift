import ArgumentParser
import Foundation
import PhotonPump

/// `pump stream`
struct StreamCommand: PumpCommand {
    static let configuration = CommandConfiguration(
        commandName: "stream",
        abstract: "Delete streams, and read or set their metadata.",
        subcommands: [DeleteCommand.self, TombstoneCommand.self, MetadataCommand.self]
    )

    @ParentCommand var parent: Pump
    @OptionGroup var global: GlobalOptions

    /// `pump stream delete`
    struct DeleteCommand: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Delete a stream so that it can be written to again."
        )

        @ParentCommand var parent: StreamCommand
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The stream to delete.")
        var stream: String
        @Option(
            help: "What must be true of it: any, none or the number of its last event. (default: any)",
            transform: expectedVersion)
        var expect = ExpectedVersion.any

        func run(with client: Client, json: Bool) async throws {
            Output(json: json).deleted(self.stream, try await client.deleteStream(self.stream, expecting: self.expect))
        }
    }

    /// `pump stream tombstone`
    struct TombstoneCommand: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "tombstone",
            abstract: "Delete a stream permanently, so that it can never be written to again."
        )

        @ParentCommand var parent: StreamCommand
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The stream to delete.")
        var stream: String
        @Option(
            help: "What must be true of it: any, none or the number of its last event. (default: any)",
            transform: expectedVersion)
        var expect = ExpectedVersion.any

        func run(with client: Client, json: Bool) async throws {
            Output(json: json).deleted(
                self.stream, try await client.tombstoneStream(self.stream, expecting: self.expect))
        }
    }

    /// `pump stream metadata`
    struct MetadataCommand: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "metadata",
            abstract: "Print a stream's metadata, or replace it."
        )

        @ParentCommand var parent: StreamCommand
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The stream.")
        var stream: String
        @Option(
            name: .customLong("set"), help: "The complete new metadata, a JSON object. (default: print the metadata)")
        var metadata: String?

        func validate() throws {
            guard let metadata else { return }
            let value = try? JSONSerialization.jsonObject(with: Data(metadata.utf8))
            if !(value is [String: Any]) { throw ValidationError("--set is not a JSON object") }
        }

        func run(with client: Client, json: Bool) async throws {
            let name = StreamName.metadata(of: self.stream)
            if let metadata {
                let event = NewEvent(type: "$metadata", data: Payload(metadata), isJSON: true)
                Output(json: json).written(try await client.publishEvent(event, to: name))
            } else {
                Output(json: json).metadata(try await self.current(client, name))
            }
        }

        private func current(_ client: Client, _ name: String) async throws -> Payload {
            do {
                return try await client.getLastEvent(in: name).data
            } catch let error as PhotonPumpError where [.eventNotFound, .streamNotFound].contains(error.code) {
                return "{}"
            }
        }
    }

    /// Prints what became of a command.
    fileprivate struct Output {
        let json: Bool

        func deleted(_ stream: String, _ position: Position?) {
            let place = position.map { " at \($0)" } ?? ""
            print(
                self.json
                    ? "\(EventOutput.json(deleted: stream, at: position))"
                    : "\(Printable.line(stream)): deleted\(place)")
        }

        func written(_ write: WriteResult) {
            print(self.json ? "\(EventOutput.json(write))" : EventOutput.text(write))
        }

        func metadata(_ metadata: Payload) {
            print(EventOutput.oneLine(metadata))
        }
    }
}
