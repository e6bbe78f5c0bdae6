import ArgumentParser
import Foundation
import PhotonPump
import PhotonPumpAdmin

extension GroupCommand {
    /// `pump group parked`
    struct Parked: ClientCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the parked events of a persistent subscription, and why they were parked.",
            discussion: """
                Each event takes one line, with or without --json. With --drain they are appended to a file as JSON \
                instead, and deleted once they are there. The connection string must name a user who may read and \
                delete them, by default an administrator.
                """
        )

        @OptionGroup var target: Target
        @Flag(help: "Begin with the event that was parked last.")
        var backward = false
        @Option(
            name: [.long, .customLong("limit")], help: ArgumentHelp("The most events. (default: all)", valueName: "n"))
        var count: Int?
        @Option(help: ArgumentHelp("A file to move the events to.", valueName: "path"), completion: .file())
        var drain: String?
        @OptionGroup var printing: PrintingOptions
        @OptionGroup var shared: SharedOptions<GroupCommand>

        func validate() throws {
            try check("count", self.count, in: 0...)
            if self.drain != nil, self.backward { throw ValidationError("--drain takes the oldest events first") }
        }

        func run(with client: Client, json: Bool) async throws {
            let events = client.parkedEvents(
                of: self.target.group, to: self.target.stream, direction: self.backward ? .backward : .forward,
                limit: self.count)
            guard let drain else {
                return try await EventPrinter.run(self.printing.style(self.options)) { printer in
                    for try await parked in events { try printer.print(parked) }
                }
            }
            var file = try ParkedFile(path: drain)
            let subscriptions = Admin(client).subscriptions
            for try await parked in events {
                try file.append(parked)
                if file.pending == ParkedFile.limit { try await self.settle(&file, subscriptions) }
            }
            try await self.settle(&file, subscriptions)
            let (stream, group) = (self.target.stream, self.target.group)
            let document = JSON.object([
                ("stream", .string(stream)), ("group", .string(group)), ("drained", JSON(file.total)),
            ])
            let text = "\(group) of \(stream): \(file.total) events moved to \(drain)"
            Output.line(json ? "\(document)" : text)
        }

        /// Deletes what is on the disk. What comes in between is kept: it has a higher number.
        private func settle(_ file: inout ParkedFile, _ subscriptions: Subscriptions) async throws {
            guard let last = try file.save() else { return }
            try await subscriptions.deleteParkedEvents(of: self.target.group, to: self.target.stream, upTo: last)
        }
    }

    /// `pump group delete-parked`
    struct DeleteParked: GroupChange {
        static let done = "parked events deleted"
        static let configuration = CommandConfiguration(
            abstract: "Delete the parked events of a persistent subscription, all or the oldest.")

        @OptionGroup var target: Target
        @Option(help: "The number of the last one to delete, as pump group parked prints it first. (default: all)")
        var upTo: Int64?
        @OptionGroup var shared: SharedOptions<GroupCommand>

        func change(with client: Client) async throws {
            try await Admin(client).subscriptions.deleteParkedEvents(
                of: self.target.group, to: self.target.stream, upTo: self.upTo)
        }
    }

    /// `pump group list`
    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "List persistent subscriptions.")

        @Argument(help: "The stream whose persistent subscriptions are wanted. (default: all streams)")
        var stream: String?
        @OptionGroup var watch: WatchOptions
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<GroupCommand>

        func run(with admin: Admin, json: Bool) async throws {
            try await self.watch.run {
                let groups = try await admin.subscriptions.list(to: self.stream)
                if json {
                    for group in groups { Output.line(JSON(group)) }
                    return
                }
                // A server that has no such event says -1, or nothing.
                func number(_ value: Int64?) -> String { value.flatMap { $0 < 0 ? nil : $0 }.cell }
                var table = Table("STREAM", "GROUP", "STATUS", "CONSUMERS", "IN FLIGHT", "CHECKPOINT", "LAST EVENT")
                for group in groups {
                    table.add(
                        group.stream, group.group, group.status, "\(group.connectionCount)", group.inFlightCount.cell,
                        number(group.lastProcessedEventNumber), number(group.lastKnownEventNumber))
                }
                Output.lines(table.lines)
            }
        }
    }
}

/// Events that are moved to a file.
private struct ParkedFile {
    /// What is written before events are deleted.
    static let limit = 500

    private let file: FileHandle
    private let path: String
    private var json = EventJSON()
    private var last: Int64?
    /// Events that are written, and perhaps not on the disk.
    private(set) var pending = 0
    private(set) var total = 0

    /// - Throws: ``InputError`` if the file cannot be written to.
    init(path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw InputError("'\(path)' cannot be written: \(String(cString: strerror(errno)))")
        }
        self.file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        self.path = path
    }

    mutating func append(_ parked: ParkedEvent) throws {
        var line: [UInt8] = []
        self.json.append(parked, to: &line)
        line.append(UInt8(ascii: "\n"))
        try self.file.write(contentsOf: line)
        (self.last, self.pending, self.total) = (parked.event.received.number, self.pending + 1, self.total + 1)
    }

    /// - Returns: the number of the last event that is on the disk now, and was not before.
    mutating func save() throws -> Int64? {
        if self.pending > 0 { try self.file.synchronize() }
        defer { (self.last, self.pending) = (nil, 0) }
        return self.last
    }
}

extension JSON {
    init(_ group: SubscriptionDetails) {
        self = .object([
            ("stream", .string(group.stream)), ("group", .string(group.group)), ("status", .string(group.status)),
            ("connectionCount", JSON(group.connectionCount)), ("inFlight", JSON(group.inFlightCount)),
            ("processed", JSON(group.processedCount)), ("checkpoint", JSON(group.lastProcessedEventNumber)),
            ("lastEvent", JSON(group.lastKnownEventNumber)), ("parked", JSON(group.parkedCount)),
        ])
    }
}
