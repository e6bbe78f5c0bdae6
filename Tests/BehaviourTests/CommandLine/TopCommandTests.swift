import EmbeddedEventStore
import Foundation
import PhotonPump
import ScriptedPeers
import Testing

@Suite("pump top", .timeLimit(.minutes(1)), .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct TopCommandTests {
    @Test("pump top prints connections, and groups with what they are behind and have parked")
    func once() async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<5)
            #expect(try await stage.run("group", "create", "ponies", "herd", "--from", "start").isFine)
            let herd = try await stage.client.connectSubscription("herd", to: "ponies", bufferSize: 5)
            var events = herd.events.makeAsyncIterator()
            for _ in 0..<2 { herd.nack(try #require(try await events.next()), action: .park) }
            let parked = StreamName.parked(of: "herd", to: "ponies")
            for try await event in try await stage.client.subscribe(to: parked, from: .start).events
            where event.received.number == 1 { break }

            let top = ["top", "--once", "--interval", "0.1", "--http-port", stage.httpPort]
            let outcome = try await stage.run(top)
            #expect(outcome.isFine, "\(outcome.errors)")
            #expect(outcome.output.first?.hasPrefix("127.0.0.1:\(stage.server.port)  ") == true, "\(outcome.output)")
            #expect(outcome.output.first?.contains("master") == true)
            let heading = try #require(outcome.output.firstIndex { $0.hasPrefix("STREAM  GROUP") })
            let row = outcome.output[heading + 1].split(separator: " ")
            #expect(row.prefix(2) == ["ponies", "herd"])
            #expect(row.contains("2"), "\(row)")

            let json = try members(try #require(try await stage.run(top + ["--json"]).output.first))
            let group = try #require((json["groups"] as? [[String: Any]])?.first)
            #expect(group["stream"] as? String == "ponies")
            #expect(group["parked"] as? Int == 2)
            #expect(group["consumers"] as? Int == 1)
            // This one's, and that of the command, which is named after it.
            let names = try #require(json["connections"] as? [[String: Any]]).compactMap { $0["name"] as? String }
            #expect(names.count == 2)
            #expect(names.contains { $0.hasPrefix("pump-top-") }, "\(names)")
        }
    }

    @Test("pump top says that the HTTP port may be another one")
    func wrongPort() async throws {
        try await PumpStage.run { stage in
            let port = "\(try UnusedPort().number)"
            let outcome = try await stage.run("top", "--once", "--http-port", port)
            #expect(outcome.isFailure(saying: port, "--http-port"), "\(outcome.errors)")
        }
    }

    @Test(
        "pump top takes the screen of a terminal, and gives it back on q and on Ctrl-C",
        .enabled(if: ProgressTests.hasTerminal, "there is no script command"), arguments: ["q", "\u{3}"])
    func screen(_ key: String) async throws {
        try await PumpStage.run { stage in
            let keys = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
            #expect(mkfifo(keys.path, 0o600) == 0)
            defer { try? FileManager.default.removeItem(at: keys) }
            let keyboard = try #require(FileHandle(forUpdatingAtPath: keys.path))
            let top =
                "'\(PumpProcess.executable.path)' top --http-port \(stage.httpPort) --interval 0.1 --connect '\(stage.url)'"
            let script = #"exec "$0" -qec "trap : INT; $1; echo status $?; stty -a" /dev/null <"$2""#
            let pump = try PumpProcess(
                running: URL(filePath: "/bin/sh"), ["-c", script, ProgressTests.terminal.path, top, keys.path])
            #expect(try await pump.prints("\u{1B}[?1049h"))
            #expect(try await pump.prints("CONNECTION"))
            try keyboard.write(contentsOf: Data(key.utf8))
            #expect(try await pump.prints("\u{1B}[?25h\u{1B}[?1049l"))
            #expect(try await pump.prints("status 0"))
            #expect(try await pump.prints(" icanon"))
            #expect(try await pump.prints(" echo "))
            _ = try await pump.outcome()
        }
    }

    @Test("pump prints completions for shells", arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) async throws {
        let outcome = try await PumpProcess.run(["--generate-completion-script", shell])
        #expect(outcome.isFine)
        #expect(outcome.output.contains { $0.contains("copy") })
    }

    @Test(
        "bash completes pump's commands and options",
        arguments: [(["co"], "copy"), (["group", "repl"], "replay-parked"), (["read", "--sin"], "--since")])
    func completion(of words: [String], wanted: String) async throws {
        let script = #"""
            source <("$0" --generate-completion-script bash)
            COMP_WORDS=(pump "$@") COMP_CWORD=$# COMP_LINE="pump $*" COMP_POINT=$((5 + ${#*}))
            _pump "" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
            printf '%s\n' "${COMPREPLY[@]}"
            """#
        let bash = try PumpProcess(
            running: URL(filePath: "/bin/bash"), ["-c", script, PumpProcess.executable.path] + words)
        let completed = try await bash.outcome().output
        #expect(completed.map { $0.trimmingCharacters(in: .whitespaces) }.contains(wanted), "\(completed)")
    }
}
