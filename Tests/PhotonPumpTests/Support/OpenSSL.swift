import Dispatch
import Foundation
import ScriptedPeers
import Testing

/// Certificates and an HTTPS server by the `openssl` command.
struct OpenSSL {
    static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/openssl" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Where its files are.
    let directory: URL

    /// Runs `body` with an authority's certificate `ca.pem`, and removes everything at the end.
    static func run(_ body: (OpenSSL) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "photonpump-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let openSSL = OpenSSL(directory: directory)
        try await openSSL.makeCertificate("ca", for: "Test Authority", ["-x509"])
        try await body(openSSL)
    }

    func file(_ name: String) -> String { self.directory.appending(path: name).path() }

    /// `NAME.pem` and `NAME.key`, signed by the authority.
    func issue(_ name: String, for host: String) async throws {
        try await self.issue(name, for: host, alternative: "DNS:\(host)")
    }

    /// The same with this as its only alternative name, or without any.
    func issue(_ name: String, for subject: String, alternative: String?) async throws {
        let names = alternative.map { ["-addext", "subjectAltName=\($0)"] } ?? []
        try await self.makeCertificate(name, for: subject, ["-x509", "-CA", "ca.pem", "-CAkey", "ca.key"] + names)
    }

    /// `NAME.pem` and `NAME.key`, with these extensions and no others.
    ///
    /// - Parameters:
    ///   - issuer: whose certificate and key sign it; nil for its own.
    ///   - key: what makes the key.
    func issue(
        _ name: String, for subject: String, extensions: [String], by issuer: String? = "ca",
        key: [String] = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"], options: [String] = []
    ) async throws {
        let lines = ["[req]", "distinguished_name = dn", "[dn]", "[extensions]"] + extensions
        let file = self.directory.appending(path: "\(name).cnf")
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        let signing = issuer.map { ["-CA", "\($0).pem", "-CAkey", "\($0).key"] } ?? []
        try await self.run(
            [
                "req", "-x509", "-config", "\(name).cnf", "-extensions", "extensions", "-subj", "/CN=\(subject)",
                "-keyout", "\(name).key", "-out", "\(name).pem", "-nodes", "-days", "2", "-newkey",
            ] + key + signing + options)
    }

    private func run(_ arguments: [String]) async throws {
        let process = try self.start(arguments)
        try await process.ended()
        try #require(process.process.terminationStatus == 0, "\(arguments)")
    }

    private func makeCertificate(_ name: String, for subject: String, _ options: [String]) async throws {
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        try await self.run(
            ["req", "-subj", "/CN=\(subject)", "-keyout", "\(name).key", "-out", "\(name).pem"] + curve + options)
    }

    /// Runs `body` with the port of a server that has this certificate, and answers with files of the directory.
    func serve(
        _ certificate: String,
        options: [String] = [],
        _ body: (_ port: Int) async throws -> Void
    ) async throws {
        let server = try self.start(
            ["s_server", "-accept", "127.0.0.1:0", "-WWW", "-cert", "\(certificate).pem", "-key", "\(certificate).key"]
                + options)
        var port: Int?
        for await line in server.lines where line.hasPrefix("ACCEPT") {
            port = line.split(separator: ":").last.flatMap { Int($0) }
            break
        }
        do {
            try await body(try #require(port))
        } catch {
            Issue.record(error)
        }
        // The process may have inherited a mask that keeps other signals from it.
        kill(server.process.processIdentifier, SIGKILL)
        try await server.ended()
    }

    private struct Running {
        let process: Process
        let lines: AsyncStream<String>
        let exit: AsyncStream<Void>

        func ended() async throws {
            for await _ in self.exit {}
            self.process.release()
        }
    }

    private func start(_ arguments: [String]) throws -> Running {
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.path))
        process.arguments = arguments
        process.currentDirectoryURL = self.directory
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        let handle = output.fileHandleForReading
        // On a thread of its own: a readability handler closes its descriptor while that is still watched.
        DispatchQueue(label: "openssl.output").async {
            var buffer = Data()
            while case let data = handle.availableData, !data.isEmpty {
                buffer.append(data)
                var parts = buffer.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                buffer = parts.removeLast()
                for text in parts { line.yield(String(decoding: text, as: UTF8.self)) }
            }
            line.finish()
        }
        let (exit, exited) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in exited.finish() }
        try process.run()
        return Running(process: process, lines: lines, exit: exit)
    }
}
