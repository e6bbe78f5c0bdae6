import Foundation

/// `pump`, in a process of its own.
final class PumpProcess: Sendable {
    /// What a process has left behind.
    struct Outcome {
        let status: Int32
        let output: [String]
        let errors: [String]
    }

    /// Beside the tests, where the package manager puts both.
    static let executable = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "pump")
    static let isBuilt = FileManager.default.isExecutableFile(atPath: PumpProcess.executable.path)

    let identifier: pid_t
    private let directory: URL
    private let ended: AsyncStream<Int32>

    /// Starts `pump` with these arguments, and whatever PHOTONPUMP_URL says passed over.
    init(_ arguments: [String]) throws {
        self.directory = FileManager.default.temporaryDirectory.appending(path: "photonpump-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.directory, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = Self.executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "PHOTONPUMP_URL" }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.file("output", in: self.directory)
        process.standardError = try Self.file("errors", in: self.directory)
        let (ended, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            end.yield(process.terminationStatus)
            end.finish()
        }
        self.ended = ended
        try process.run()
        self.identifier = process.processIdentifier
    }

    deinit {
        try? FileManager.default.removeItem(at: self.directory)
    }

    /// Runs `pump` to its end.
    static func run(_ arguments: [String]) async throws -> Outcome {
        try await PumpProcess(arguments).outcome()
    }

    /// Waits for its end; to be called once.
    func outcome() async throws -> Outcome {
        for await status in self.ended {
            return Outcome(status: status, output: try self.lines("output"), errors: try self.lines("errors"))
        }
        throw CancellationError()
    }

    /// What no process can keep from itself.
    func stop() { kill(self.identifier, SIGSTOP) }
    func resume() { kill(self.identifier, SIGCONT) }

    private func lines(_ name: String) throws -> [String] {
        try String(contentsOf: self.directory.appending(path: name), encoding: .utf8)
            .split(separator: "\n").map(String.init)
    }

    private static func file(_ name: String, in directory: URL) throws -> FileHandle {
        let file = directory.appending(path: name)
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }
}
