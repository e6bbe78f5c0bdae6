import ArgumentParser
import PhotonPump
import PhotonPumpAdmin

/// A command that is carried out over HTTP.
protocol AdminCommand: ClientCommand {
    var http: HTTPOptions { get }

    /// - Parameter json: whether to print one JSON object per line.
    func run(with admin: Admin, json: Bool) async throws
}

extension AdminCommand {
    static var connectsFirst: Bool { false }

    func run(with client: Client, json: Bool) async throws {
        try await self.http.request(client.configuration) {
            try await self.run(with: Admin(client, httpPort: self.http.httpPort), json: json)
        }
    }
}

/// Does something, and prints what was done.
protocol AdminChange: AdminCommand {
    static var done: String { get }

    /// What it is done to, such as a projection.
    static var kind: String { get }

    var name: String { get }

    func change(with admin: Admin) async throws
}

extension AdminChange {
    func run(with admin: Admin, json: Bool) async throws {
        try await self.change(with: admin)
        self.say(Self.done, of: self.name, json: json)
    }

    func say(_ done: String, of name: String, json: Bool) {
        let document = JSON.object([(Self.kind, .string(name)), ("result", .string(done))])
        Output.line(json ? "\(document)" : "\(name): \(done)")
    }
}

/// Whether what a command prints is printed again and again.
struct WatchOptions: ParsableArguments {
    @Option(
        name: .customLong("watch"),
        help: ArgumentHelp("Print it again every so many seconds, until SIGINT or SIGTERM.", valueName: "seconds"))
    var seconds: Double?

    func validate() throws {
        if let seconds, !(0.1...86_400).contains(seconds) {
            throw ValidationError("--watch must be between 0.1 and 86400")
        }
    }

    /// Calls `body` once, or again and again.
    func run(_ body: () async throws -> Void) async throws {
        try await body()
        while let seconds {
            try flushOutput()
            try await Task.sleep(for: .seconds(seconds))
            try await body()
        }
    }
}

extension JSON {
    /// Any value, on one line.
    init(_ value: JSONValue) {
        self =
            switch value {
            case .null: .null
            case .bool(let value): .bool(value)
            case .integer(let value): .integer(value)
            case .number(let value): .raw("\(value)")
            case .text(let text): .string(text)
            case .array(let values): .array(values.map { JSON($0) })
            case .object(let members): .object(members.sorted { $0.key < $1.key }.map { ($0.key, JSON($0.value)) })
            }
    }

    init(_ value: (some BinaryInteger)?) {
        self = value.map { .integer(Int64($0)) } ?? .null
    }

    init(_ text: String?) {
        self = text.map { .string($0) } ?? .null
    }
}

extension Optional where Wrapped: CustomStringConvertible {
    /// For a table.
    var cell: String { self?.description ?? "-" }
}
