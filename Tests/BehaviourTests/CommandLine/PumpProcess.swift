import Foundation
import ScriptedPeers

/// `pump`, in a process of its own. It ends with the last reference, if not by itself.
final class PumpProcess: Sendable {
    /// What a process has left behind.
    struct Outcome {
        let status: Int32
        let output: [String]
        let errors: [String]
    }

    /// What came out of a process until now.
    private struct Printed {
        var text = Data()
        var isComplete = false

        var lines: [String] { PumpProcess.lines(self.text) }
        var lineCount: Int { self.text.count { $0 == UInt8(ascii: "\n") } }
    }

    /// Beside the tests, where the package manager puts both.
    static let executable = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "pump")
    static let isBuilt = FileManager.default.isExecutableFile(atPath: PumpProcess.executable.path)

    private let process: Process
    private let printed: Observed<Printed>
    private let complaints: Observed<Printed>
    private let ended: AsyncStream<Int32>
    private let reading = DispatchSemaphore(value: 0)

    /// Starts `pump` with these arguments, and whatever PHOTONPUMP_URL says passed over.
    convenience init(_ arguments: [String], environment: [String: String] = [:]) throws {
        try self.init(running: Self.executable, arguments, environment: environment)
    }

    /// Starts another program, which may start `pump`.
    ///
    /// - Parameters:
    ///   - environment: variables besides those of this process.
    ///   - isHeldUp: see ``readOn()``.
    init(
        running executable: URL, _ arguments: [String], environment: [String: String] = [:], isHeldUp: Bool = false
    ) throws {
        let (process, output, errors) = (Process(), Pipe(), Pipe())
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "PHOTONPUMP_URL" }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        let (ended, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            end.yield(process.terminationStatus)
            end.finish()
        }
        self.ended = ended
        self.process = process
        self.printed = Self.collecting(output.fileHandleForReading, onceReleased: self.reading)
        self.complaints = Self.collecting(errors.fileHandleForReading)
        if !isHeldUp { self.readOn() }
        try process.run()
    }

    deinit {
        self.readOn()
        self.send(SIGTERM)
        self.resume()
    }

    /// Runs `pump` to its end.
    static func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Outcome {
        try await PumpProcess(arguments, environment: environment).outcome()
    }

    /// Waits until it has printed so many lines, or all that it ever will.
    ///
    /// - Returns: all lines until now.
    @discardableResult
    func lines(_ count: Int) async throws -> [String] {
        try await self.printed.wait { $0.lineCount >= count || $0.isComplete }
        return self.printed.value.lines
    }

    /// Waits until this was printed, or all that ever will be.
    ///
    /// - Returns: whether it was.
    func prints(_ text: String) async throws -> Bool {
        try await self.printed.wait { $0.text.contains(text) || $0.isComplete }
        return self.printed.value.text.contains(text)
    }

    /// Waits until it has printed so many lines to stderr, or all that it ever will.
    ///
    /// - Returns: all lines until now.
    @discardableResult
    func errors(_ count: Int) async throws -> [String] {
        try await self.complaints.wait { $0.lineCount >= count || $0.isComplete }
        return self.complaints.value.lines
    }

    /// Has its output read on. Of a process that is held up only the beginning is read until then, so that it waits
    /// as soon as the pipe is full.
    func readOn() { self.reading.signal() }

    /// Waits for its end; to be called once.
    func outcome() async throws -> Outcome {
        for await status in self.ended {
            self.process.release()
            try await self.printed.wait { $0.isComplete }
            try await self.complaints.wait { $0.isComplete }
            return Outcome(
                status: status, output: self.printed.value.lines, errors: self.complaints.value.lines)
        }
        throw CancellationError()
    }

    /// What no process can keep from itself.
    func stop() { self.send(SIGSTOP) }
    func resume() { self.send(SIGCONT) }

    /// Sends a signal; what has ended gets none.
    func send(_ signal: CInt) {
        if self.process.isRunning { kill(self.process.processIdentifier, signal) }
    }

    private static func lines(_ text: Data) -> [String] {
        text.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads on a thread of its own, because reading blocks.
    private static func collecting(
        _ output: FileHandle, onceReleased: DispatchSemaphore? = nil
    ) -> Observed<Printed> {
        let printed = Observed(Printed())
        DispatchQueue(label: "pump.output").async {
            var isReadOn = false
            while case let text = output.availableData, !text.isEmpty {
                printed.update { $0.text.append(text) }
                if !isReadOn { onceReleased?.wait() }
                isReadOn = true
            }
            printed.update { $0.isComplete = true }
        }
        return printed
    }
}

extension Data {
    fileprivate func contains(_ text: String) -> Bool { self.range(of: Data(text.utf8)) != nil }
}
