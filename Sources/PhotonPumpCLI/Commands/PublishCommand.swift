import ArgumentParser
import Foundation
import PhotonPump

/// `pump publish`
struct PublishCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Write an event, or events from stdin.",
        discussion: """
            With <type>, writes one event. Without it, reads JSON Lines from stdin, each of the form \
            {"type":…,"data":…,"metadata":…,"id":…} with only the type required, and writes them in order, in batches:

              pump publish ponies PonyJumped --data '{"height":11}'
              pump publish ponies PonyJumped --data - < jump.json
              pump publish ponies < events.jsonl

            Each batch is written completely or not at all, and none after one that was not. Data and metadata are \
            written byte by byte as they are in the line, which must be JSON in UTF-8 without a byte order mark, nested \
            at most 512 deep.
            """
    )

    @Argument(help: "The stream to write to.")
    var stream: String
    @Argument(help: "The event's type.")
    var type: String?
    @Option(help: ArgumentHelp("The event's data, as JSON; - reads it from stdin. (default: none)", valueName: "json"))
    var data: String?
    @Option(help: ArgumentHelp("The event's metadata, as JSON.", valueName: "json"))
    var metadata: String?
    @Option(help: ArgumentHelp("The event's id. (default: a new one)", valueName: "uuid"))
    var id: String?
    @Option(
        help: ArgumentHelp(
            "What must be true of the stream: any, none, exists or the number of its last event. (default: any)",
            valueName: "version"),
        transform: expectedVersion
    )
    var expect = ExpectedVersion.any
    @Option(help: ArgumentHelp("The most events in a batch from stdin.", valueName: "n"))
    var batch = 500
    @OptionGroup var shared: SharedOptions<Pump>

    func validate() throws {
        try check("batch", self.batch, in: 1...)
        if self.type == nil, self.data != nil || self.metadata != nil || self.id != nil {
            throw ValidationError("--data, --metadata and --id need a <type>")
        }
        do {
            _ = try self.type.map { try self.event($0, data: self.takesStdin ? nil : self.data) }
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run(with client: Client, json: Bool) async throws {
        let progress = ProgressLine()
        var writer = BatchWriter(
            client: client, stream: self.stream, expected: self.expect, json: json, progress: progress)
        if let type = self.type {
            let data = self.takesStdin ? try await self.dataFromStdin(client) : self.data
            try await writer.begin([try self.event(type, data: data)])
            try await writer.finish()
            if data == nil, StandardInput.hasMore {
                try warn(of: ["the event has no data; with a <type>, stdin is read only by --data -"])
            }
        } else {
            let (command, writer) = (self, writer)
            try await progress.show {
                "written to \(command.stream)"
            } during: {
                // Longer ones could not be written.
                try await command.write(InputLines(limit: client.configuration.maximumFrameSize), with: writer)
            }
        }
    }

    private var takesStdin: Bool { self.data == "-" }

    /// - Throws: ``InputError`` if it is longer than what can be written, or no text.
    private func dataFromStdin(_ client: Client) async throws -> String {
        let (input, limit) = (StandardInput(), client.configuration.maximumFrameSize)
        var bytes: [UInt8] = []
        while let piece = try await input.nextPiece() {
            guard !piece.isEmpty else {
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw InputError("stdin is not text in UTF-8")
                }
                return text
            }
            bytes += piece
            guard bytes.count <= limit else { throw InputError("stdin is longer than \(limit) bytes") }
        }
        throw CancellationError()
    }

    private func event(_ type: String, data: String?) throws -> NewEvent {
        var line = EventLine(type: type)
        line.data = try data.map { try EventLine.json($0, self.takesStdin ? "stdin" : "--data") }
        line.metadata = try self.metadata.map { try EventLine.json($0, "--metadata") }
        line.id = try self.id.map(EventLine.uuid)
        return line.event
    }

    /// Reads and parses lines while the batch before them is being written. A batch that is begun is finished, also when
    /// the command is interrupted.
    private func write(_ lines: InputLines, with writer: BatchWriter) async throws {
        var (lines, writer) = (lines, writer)
        var batch = EventBatch(limit: self.batch)
        var wrongLine: InputError?
        var isEmpty = true
        while true {
            let next: InputLines.Event?
            do throws(InputError) {
                next = try await lines.nextEvent()
            } catch {
                // What came before the line that is wrong is written.
                wrongLine = error
                break
            }
            guard let next else { break }
            if !batch.hasRoom(for: next) {
                try await writer.begin(batch)
                batch = EventBatch(limit: self.batch)
            }
            batch.add(next)
            isEmpty = false
        }
        try await writer.begin(batch)
        try await writer.finish()
        if let wrongLine { throw wrongLine }
        if isEmpty { try warn(of: ["nothing was written, as there was no event on stdin"]) }
    }
}

/// `any`, `none`, `exists` or a number.
func expectedVersion(_ argument: String) throws -> ExpectedVersion {
    switch argument {
    case "any": return .any
    case "none": return .noStream
    case "exists": return .streamExists
    default:
        guard let number = Int64(argument), number >= 0 else {
            throw ValidationError("'\(argument)' must be any, none, exists or an event number (0 or above)")
        }
        return .version(number)
    }
}
