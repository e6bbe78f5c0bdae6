import ArgumentParser
import Foundation
import PhotonPump

/// `pump publish`
struct PublishCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Write an event, or events from stdin.",
        discussion: """
            With TYPE, writes one event. Without it, reads JSON Lines from stdin, each of the form \
            {"type":…,"data":…,"metadata":…,"id":…} with only the type required, and writes them in order, in batches. \
            Each batch is written completely or not at all.
            """
    )

    @OptionGroup var shared: SharedOptions<Pump>

    @Argument(help: "The stream to write to.")
    var stream: String
    @Argument(help: "The event's type.")
    var type: String?
    @Option(help: "The event's data, as JSON.")
    var data: String?
    @Option(help: "The event's metadata, as JSON.")
    var metadata: String?
    @Option(help: "The event's id, a UUID. (default: a new one)")
    var id: String?
    @Option(
        help: "What must be true of the stream: any, none, exists or the number of its last event. (default: any)",
        transform: expectedVersion
    )
    var expect = ExpectedVersion.any
    @Option(help: "The most events in a batch from stdin.")
    var batch = 500

    func validate() throws {
        try check("batch", self.batch, in: 1...)
        if self.type == nil, self.data != nil || self.metadata != nil || self.id != nil {
            throw ValidationError("--data, --metadata and --id need a TYPE")
        }
        do {
            _ = try self.type.map(self.event)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run(with client: Client, json: Bool) async throws {
        var writer = BatchWriter(client: client, stream: self.stream, expected: self.expect, json: json)
        if let type = self.type {
            try await writer.write([try self.event(type)])
        } else {
            try await self.writeLines(with: writer)
        }
    }

    private func event(_ type: String) throws -> NewEvent {
        var line = EventLine(type: type)
        line.data = try self.data.map { try EventLine.json($0, "--data") }
        line.metadata = try self.metadata.map { try EventLine.json($0, "--metadata") }
        line.id = try self.id.map(EventLine.uuid)
        return line.event
    }

    /// A batch is written before its lines exceed this, unless one alone does.
    private static let batchBytes = 4 << 20

    /// A batch that is begun is finished, also when the command is interrupted.
    private func writeLines(with writer: BatchWriter) async throws {
        let input = StandardInput()
        var writer = writer
        var batch: [NewEvent] = []
        var bytes = 0
        var number = 0
        var isEmpty = true
        while let line = await input.nextLine() {
            number += 1
            if line.allSatisfy(\.isWhitespace) { continue }
            let isFull = batch.count == self.batch || bytes + line.utf8.count > Self.batchBytes
            if isFull {
                try await writer.write(batch)
                (batch, bytes) = ([], 0)
            }
            do {
                batch.append(try EventLine(parsing: line).event)
                bytes += line.utf8.count
                isEmpty = false
            } catch {
                // What came before the line that is wrong is written.
                try await writer.write(batch)
                throw InputError("line \(number): \(error)")
            }
        }
        try await writer.write(batch)
        if isEmpty { try warn(of: ["nothing was written, as there was no event on stdin"]) }
    }
}

/// Writes batches one after the other and prints what became of each.
private struct BatchWriter {
    let client: Client
    let stream: String
    var expected: ExpectedVersion
    let json: Bool

    /// - Parameter events: may be none; then nothing is done.
    mutating func write(_ events: [NewEvent]) async throws {
        if events.isEmpty { return }
        let (client, stream, expected) = (self.client, self.stream, self.expected)
        // A task of its own is not cancelled with the command, so that its write ends one way or the other.
        let write = try await Task { try await client.publish(events, to: stream, expecting: expected) }.value
        if self.expected != .any { self.expected = write.nextExpectedVersion }
        print(self.json ? "\(EventOutput.json(write))" : EventOutput.text(write))
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
