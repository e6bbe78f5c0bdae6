import Foundation
import PhotonPump
import Testing

@Suite(
    "The progress of a long command", .timeLimit(.minutes(1)),
    .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct ProgressTests {
    static let terminal = URL(filePath: "/usr/bin/script")
    /// What makes a terminal, with the options of util-linux.
    static var hasTerminal: Bool {
        #if os(Linux)
            FileManager.default.isExecutableFile(atPath: Self.terminal.path)
        #else
            false
        #endif
    }

    private static let erasure = "\r\u{1B}[K"

    @Test(
        "progress is shown on stderr while that is a terminal, out of the way of events; and nowhere else",
        .enabled(if: ProgressTests.hasTerminal, "there is no script command"))
    func terminal() async throws {
        try await PumpStage.run { stage in
            #expect(try await stage.run("group", "create", "ponies", "herd", "--from", "start").isFine)
            // The last event of all, so that nobody is behind it.
            try await stage.write(0..<1)
            let silent = try stage.start("tail", "ponies", "--from", "start", "--count", "2")
            try await silent.lines(1)
            let shown = [
                (try Self.start("tail ponies --from start", stage), "live, 0 behind"),
                (try Self.start("tail '$all' --from start --streams pon", stage), "live, 0 bytes of the log behind"),
                (try Self.start("consume ponies herd", stage), "connected, 0 in flight"),
            ]
            for (pump, state) in shown {
                #expect(try await pump.prints("1 events, 1/s, "))
                #expect(try await pump.prints("/s, \(state)"))
            }
            try await stage.write(1..<2)
            for (pump, _) in shown {
                let outcome = try await pump.outcome()
                #expect(outcome.status == 0)
                #expect(outcome.output.joined().hasSuffix(Self.erasure))
            }
            // This one, which has been at it for longer, would have shown something, too.
            let outcome = try await silent.outcome()
            #expect(outcome.isFine)
            #expect(outcome.output == (0..<2).map { PumpStage.line($0) })
        }
    }

    @Test(
        "colours are for terminals, unless the environment or an option says otherwise",
        .enabled(if: ProgressTests.hasTerminal, "there is no script command"),
        arguments: [
            ("", [:], true), ("", ["NO_COLOR": "1"], false), ("", ["NO_COLOR": ""], true),
            ("", ["TERM": "dumb"], false),
            ("--color always", ["NO_COLOR": "1"], true), ("--color never", [:], false),
        ])
    func colours(_ row: (option: String, environment: [String: String], areOn: Bool)) async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<1)
            let command = "'\(PumpProcess.executable.path)' read ponies \(row.option) --connect '\(stage.url)'"
            let environment = ["TERM": "xterm", "NO_COLOR": ""].merging(row.environment) { $1 }
            let outcome = try await PumpProcess(
                running: Self.terminal, ["-qec", command, "/dev/null"], environment: environment
            ).outcome()
            #expect(outcome.output.joined().contains("0@ponies"))
            #expect(outcome.output.joined().contains("\u{1B}[36m0@ponies") == row.areOn)
        }
    }

    /// Starts `pump` for two events, which it prints elsewhere, with a terminal for stderr.
    private static func start(_ command: String, _ stage: PumpStage) throws -> PumpProcess {
        let pump = "exec '\(PumpProcess.executable.path)' \(command) --count 2 --connect '\(stage.url)' >/dev/null"
        return try PumpProcess(running: Self.terminal, ["-qec", pump, "/dev/null"])
    }
}
