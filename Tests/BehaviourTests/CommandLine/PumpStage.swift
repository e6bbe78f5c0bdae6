import EmbeddedEventStore
import Foundation
import PhotonPump
import Testing

/// An embedded server, a client of it, and `pump`.
struct PumpStage {
    let server: EmbeddedServer
    let client: Client
    /// With the login of an administrator.
    let url: String
    let httpPort: String

    static func run(projecting: Bool = false, _ body: (PumpStage) async throws -> Void) async throws {
        var settings = EmbeddedServer.Configuration()
        settings.httpPort = 0
        settings.runsSystemProjections = projecting
        try await withEmbeddedServer(settings, logger: .silent) { server in
            let httpPort = "\(try #require(server.httpPort))"
            // However busy the machine is.
            let url = "\(server.connectionString)?connectTimeout=50s&operationTimeout=50s"
            try await withClient(url, logger: .silent) { client in
                try await body(PumpStage(server: server, client: client, url: url, httpPort: httpPort))
            }
        }
    }

    /// Of nobody.
    var anonymousURL: String { self.url.replacing("admin:changeit@", with: "") }

    /// Starts `pump` for this server.
    ///
    /// - Parameter isHeldUp: see ``PumpProcess/readOn()``.
    func start(_ arguments: String..., isHeldUp: Bool = false) throws -> PumpProcess {
        try PumpProcess(running: PumpProcess.executable, arguments + ["--connect", self.url], isHeldUp: isHeldUp)
    }

    /// Starts `pump` for this server, and waits until the server has done what it asks for.
    func start(_ arguments: String..., awaiting request: EmbeddedServer.Fault.Request) async throws -> PumpProcess {
        let hold = try await self.server.faults.add(.holdReply(to: request, times: 1))
        let pump = try PumpProcess(arguments + ["--connect", self.url])
        try await hold.waitForEffect()
        try await hold.lift()
        return pump
    }

    /// Runs `pump` to its end on this server.
    func run(_ arguments: String...) async throws -> PumpProcess.Outcome {
        try await self.run(arguments)
    }

    /// Runs `pump` to its end on this server.
    func run(_ arguments: [String]) async throws -> PumpProcess.Outcome {
        try await PumpProcess.run(arguments + ["--connect", self.url])
    }

    /// Writes events with the data `0`, `1`, …, or others.
    @discardableResult
    func write(_ numbers: Range<Int>, to stream: String = "ponies") async throws -> WriteResult {
        try await self.client.publish(
            numbers.map { NewEvent(type: "Jump", data: Payload("\($0)"), isJSON: true) }, to: stream)
    }

    /// What `pump` prints of such an event, as far as people read it.
    static func line(_ number: Int, of stream: String = "ponies") -> String { "\(number)@\(stream)  Jump  \(number)" }

    /// Counts what leaves of its own accord.
    func leaving() async throws -> EmbeddedServer.ActiveFault {
        try await self.server.faults.add(.delayReply(to: .unsubscribe, by: .zero))
    }
}

extension PumpProcess.Outcome {
    /// Whether it was an orderly end with nothing to complain about.
    var isFine: Bool { self.status == 0 && self.errors == [] }

    /// Whether it was an orderly end that a signal asked for, which it has said.
    var isInterrupted: Bool { self.status == 0 && self.errors == [Self.stopping] }

    static let stopping = "stopping; press Ctrl-C again to end at once"

    /// Whether the operation failed, which was said in one line with all of these words.
    func isFailure(saying words: String...) -> Bool {
        self.status == 1 && self.errors.count == 1 && words.allSatisfy { self.errors[0].contains($0) }
    }

    /// Whether it was called wrongly, which the first line says with these words.
    func isMisuse(saying words: String) -> Bool {
        self.status == 64 && self.output == [] && self.errors.first?.contains(words) == true
    }
}

/// The members of a JSON object.
func members(_ line: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "no JSON object: \(line)")
}
