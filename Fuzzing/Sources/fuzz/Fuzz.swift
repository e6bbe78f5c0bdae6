import Foundation

/// What libFuzzer gives its inputs to.
struct Target: Sendable {
    let name: String
    /// Traps if the input has found something. Nothing may be left of it afterwards.
    let run: @Sendable (UnsafeRawBufferPointer) -> Void

    init(_ name: String, _ run: @escaping @Sendable (UnsafeRawBufferPointer) -> Void) {
        self.name = name
        self.run = run
    }

    /// For one that makes choices.
    static func machine(_ name: String, _ run: @escaping @Sendable (inout Choices) -> Void) -> Target {
        Target(name) { bytes in
            var choices = Choices(bytes)
            run(&choices)
        }
    }

    static let all: [Target] = [
        Target("frames", Frames.run),
        Target("messages", Messages.run),
        Target("connection-strings", ConnectionStrings.run),
        Target("gossip", Gossip.run),
        Target("answers", Answers.run),
        Target("json", JSONText.run),
        Target("json-lines", JSONLines.run),
        Target("metadata", Metadata.run),
        Target("checkpoints", Checkpoints.run),
        Target("service-records", ServiceRecords.run),
        .machine("table", Table.run),
        .machine("exchanges", Exchanges.run),
        .machine("settling", Settling.run),
        .machine("followed-server", FollowedServer.run),
        .machine("hostile-server", HostileServer.run),
        .machine("group", Group.run),
        .machine("handling", Handling.run),
        .machine("pages", Pages.run),
        .machine("batches", Batches.run),
        .machine("channels", Channels.run),
        .machine("buffers", Buffers.run),
        .machine("introductions", Introductions.run),
        .machine("connectors", Connectors.run),
    ]
}

/// `FUZZ_TARGET=… fuzz [options of libFuzzer] [inputs]` runs a target: by a variable, because libFuzzer starts itself again
/// with nothing but its own options. Otherwise one of ``Corpus``'s commands.
@main
enum Fuzz {
    static let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"]
    static let target = Target.all.first { $0.name == Self.name }

    static func main() throws {
        if Self.name == nil { return try Corpus.command(Array(CommandLine.arguments.dropFirst())) }
        guard Self.target != nil else { throw UsageError("FUZZ_TARGET is none of \(Target.all.map(\.name))") }
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(runDriver(&count, &arguments, testOneInput))
    }
}

struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// What libFuzzer's own `main` would do. The linker prefers that of this program, which SwiftPM names.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// What libFuzzer looks for in any program.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    Fuzz.target?.run(UnsafeRawBufferPointer(start: start, count: count))
    return 0
}
