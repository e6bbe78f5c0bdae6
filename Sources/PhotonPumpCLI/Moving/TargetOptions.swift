import ArgumentParser
import Foundation
import PhotonPump

/// The other server, for commands with two.
struct TargetOptions: ParsableArguments {
    @Option(
        name: .customLong("target"),
        help: ArgumentHelp(
            "The server that <to> is on, as --connect has it; prefer the file or $PHOTONPUMP_TARGET_URL if it has a password. (default: $PHOTONPUMP_TARGET_URL, then the server of --connect)",
            valueName: "url"))
    var url: String?
    @Option(
        name: .customLong("target-file"),
        help: ArgumentHelp("A file with such a line, which only its owner can read.", valueName: "path"),
        completion: .file())
    var file: String?

    func validate() throws {
        if self.url != nil, self.file != nil { throw ValidationError("--target and --target-file exclude each other") }
    }

    /// - Returns: nil if it is the server of `--connect`.
    /// - Throws: `ValidationError` when the connection string is wrong.
    func configuration() throws -> Client.Configuration? {
        try self.line().map { try GlobalOptions.configuration($0) }
    }

    /// The connection string, which may be wrong.
    fileprivate func line() throws -> String? {
        do {
            return try self.url ?? self.file.map { try SecretFile(path: $0).line } ?? self.urlOfEnvironment
        } catch {
            throw ValidationError("--target-file: \(error)")
        }
    }

    private var urlOfEnvironment: String? {
        ProcessInfo.processInfo.environment["PHOTONPUMP_TARGET_URL"].flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// A command that is carried out with two servers, or twice with one.
protocol PairCommand: ClientCommand {
    var from: String { get }
    var to: String { get }
    var target: TargetOptions { get }

    /// - Parameters:
    ///   - source: a client of the server that ``from`` is on.
    ///   - target: one of the server that ``to`` is on.
    func run(from source: Client, to target: Client) async throws
}

extension PairCommand {
    func run(with client: Client, json: Bool) async throws {
        guard let configuration = try self.target.configuration() else {
            return try await self.run(from: client, to: client)
        }
        let target = try Client(configuration, logger: self.options.logger)
        let result: Result<Void, any Error>
        do {
            try await target.connect()
            result = .success(try await self.run(from: client, to: target))
        } catch {
            result = .failure(error)
        }
        await target.close()
        try result.get()
    }

    func checkNames() throws {
        if self.from.isEmpty || self.to.isEmpty { throw ValidationError("the stream's name is empty") }
        if (self.from == "$all") != (self.to == "$all") {
            throw ValidationError("$all can only be moved to, or compared with, $all")
        }
        guard let line = try self.target.line() else {
            if self.from != self.to { return }
            throw ValidationError("'\(self.from)' is given twice, and no other server with --target")
        }
        do {
            _ = try Client.Configuration(line)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
