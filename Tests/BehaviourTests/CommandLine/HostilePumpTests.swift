import EmbeddedEventStore
import Foundation
import PhotonPump
import ScriptedPeers
import Testing

/// What `pump` makes of servers and of other users' events that mean harm.
@Suite("pump, among enemies,", .timeLimit(.minutes(3)), .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct HostilePumpTests {
    /// Clears the screen, renames the window, forges a line, and turns the text around.
    private static let evil = "a\u{1b}[2J\u{9b}31m\u{7f}\r\n0@ponies  Fake\u{2028}\u{202e}z"

    private static func isHarmless(_ line: String) -> Bool {
        line.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && ![0x2028, 0x202E].contains($0.value)
        }
    }

    @Test(
        "pump, among enemies, prints events as one line each, without anything that a terminal obeys",
        arguments: [true, false])
    func escapes(json: Bool) async throws {
        try await PumpStage.run { stage in
            let inText = try JSONEncoder().encode(["x": "\u{7f}\u{9b}31m\u{2028}\u{1b}[2J"])
            let raw = Data("{\"x\":\n\"\u{9b}31m\u{7f}\"}".utf8)
            for event in [
                NewEvent(type: Self.evil, data: inText, isJSON: true), NewEvent(type: "b", data: raw, isJSON: true),
                NewEvent(type: "c", data: Data(Self.evil.utf8), isJSON: true),
                NewEvent(type: "d", data: Data(Self.evil.utf8), isJSON: false),
            ] {
                try await stage.client.publish([event], to: Self.evil)
            }
            let outcome = try await stage.run(["read", Self.evil] + (json ? ["--json"] : []))
            #expect(outcome.status == 0)
            #expect(outcome.output.count == 4, "\(outcome.output)")
            for line in outcome.output {
                #expect(Self.isHarmless(line), "\(line.debugDescription)")
                if json {
                    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                    #expect(object?["stream"] as? String == Self.evil)
                }
            }
        }
    }

    @Test(
        "pump, among enemies, shows names as one line each, without anything that a terminal obeys, whatever is asked for",
        arguments: [true, false])
    func names(json: Bool) async throws {
        try await PumpStage.run { stage in
            let (evil, port) = (Self.evil, stage.httpPort)
            // One line each, and the last two nothing but an error.
            let commands = [
                ["publish", evil, evil, "--data", "{}"], ["tail", evil, "--from", "start", "--count", "1"],
                ["read", "$all", "--streams", evil], ["stream", "metadata", evil, "--set", "{\"k\":\"\u{7f}\u{9b}\"}"],
                ["stream", "metadata", evil], ["group", "create", evil, evil, "--from", "start"],
                ["consume", evil, evil, "--count", "1"], ["group", "list", "--http-port", port],
                ["group", "delete", evil, evil], ["user", "list", "--http-port", port],
                ["user", "create", "rarity", "--full-name", evil, "--http-port", port],
                ["user", "get", "rarity", "--http-port", port], ["stream", "delete", evil],
                ["read", evil], ["ping", "--\(evil)"],
            ]
            for command in commands {
                var outcome = try await stage.run(command + (json ? ["--json"] : []))
                if command[0...1] == ["user", "create"] {
                    let script = #"echo hay | "$0" "$@""#
                    let pump = try PumpProcess(
                        running: URL(filePath: "/bin/sh"),
                        ["-c", script, PumpProcess.executable.path] + command + ["--connect", stage.url])
                    outcome = try await pump.outcome()
                }
                let expected: Int32 = command == ["read", evil] ? 1 : command[0] == "ping" ? 64 : 0
                #expect(outcome.status == expected, "\(command): \(outcome.errors)")
                for line in outcome.output + outcome.errors {
                    #expect(Self.isHarmless(line), "\(line.debugDescription)")
                    // The line that the name forges where its line ends are printed.
                    #expect(!line.hasPrefix("0@ponies"), "\(line.debugDescription)")
                }
            }
        }
    }

    @Test("pump, among enemies, colours what it prints only when it is told to, and whatever others wrote is no colour")
    func colours() async throws {
        try await PumpStage.run { stage in
            try await stage.client.publish([NewEvent(type: Self.evil, data: Data(), isJSON: false)], to: "ponies")
            let plain = try await stage.run("read", "ponies")
            #expect(plain.output.allSatisfy(Self.isHarmless))
            let painted = try await stage.run("--color", "always", "read", "ponies")
            #expect(painted.output.first?.hasPrefix("\u{1B}[36m0@ponies\u{1B}[0m  \u{1B}[1ma\\u001b[2J") == true)
            let bare = painted.output.map { $0.replacing(/\x{1B}\[[0-9]+m/, with: "") }
            #expect(bare == plain.output)
            let json = try await stage.run("--color", "always", "--json", "read", "ponies")
            #expect(json.output.allSatisfy(Self.isHarmless))
        }
    }

    @Test("pump, among enemies, logs on one line each what others have named, without anything that a terminal obeys")
    func log() async throws {
        try await PumpStage.run { stage in
            try await stage.client.publish([NewEvent(type: "a", data: Data(), isJSON: false)], to: Self.evil)
            let pump = try stage.start("-v", "tail", Self.evil, "--from", "start", "--count", "2")
            try await pump.lines(1)
            await stage.server.dropConnections(abruptly: true)
            try await stage.client.publish([NewEvent(type: "b", data: Data(), isJSON: false)], to: Self.evil)
            let outcome = try await pump.outcome()
            #expect(outcome.errors.count { $0.contains(#"stream=a\u001b[2J\u009b31m"#) } > 1, "\(outcome.errors)")
            for line in outcome.errors {
                #expect(Self.isHarmless(line), "\(line.debugDescription)")
                // Each begins with its time.
                #expect(line.hasPrefix("20"), "\(line.debugDescription)")
            }
        }
    }

    @Test("pump, among enemies, prints JSON with a byte order mark, or in UTF-16, as lines that are JSON")
    func encodings() async throws {
        try await PumpStage.run { stage in
            let text = "{\"pony\":1}"
            let datas = [
                Data([0xEF, 0xBB, 0xBF] + text.utf8), try #require(text.data(using: .utf16)),
                try #require(text.data(using: .utf16LittleEndian)), try #require(text.data(using: .utf16BigEndian)),
                try #require(text.data(using: .utf32)),
            ]
            try await stage.client.publish(
                datas.map { NewEvent(type: "t", data: $0, metadata: $0, isJSON: true) }, to: "ponies")
            let outcome = try await stage.run(["read", "ponies", "--json"])
            #expect(outcome.output.count == datas.count)
            for (line, data) in zip(outcome.output, datas) {
                #expect(!line.unicodeScalars.contains("\u{feff}"))
                let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                for member in ["data", "metadata"] {
                    let value = try #require(object[member] as? [String: Any])
                    let encoded = value["base64"] as? String
                    #expect(encoded == nil || encoded == data.base64EncodedString())
                    #expect(encoded != nil || value["pony"] as? Int == 1)
                }
            }
        }
    }

    @Test(
        "pump, among enemies, repeats nothing that a terminal obeys of a line that is wrong",
        arguments: [#"{"type":"t","\u001b[2J\u009b":1}"#, #"{"type":"t","id":"\u001b[2J\n\u202e"}"#])
    func wrongLine(_ line: String) async throws {
        try await PumpStage.run { stage in
            let script = #"printf '%s\n' "$1" | "$0" publish ponies --connect "$2""#
            let pump = try PumpProcess(
                running: URL(filePath: "/bin/sh"), ["-c", script, PumpProcess.executable.path, line, stage.url])
            let outcome = try await pump.outcome()
            #expect(outcome.status == 1)
            #expect(outcome.errors.count == 1, "\(outcome.errors)")
            for line in outcome.errors { #expect(Self.isHarmless(line), "\(line.debugDescription)") }
        }
    }

    @Test(
        "pump, among enemies, ends at once with a second signal, whatever it is waiting for",
        arguments: [SIGINT, SIGTERM])
    func secondSignal(_ signal: CInt) async throws {
        try await PumpStage.run { stage in
            // A batch that is begun is finished: a write that is never answered holds the first signal up.
            let hold = try await stage.server.faults.add(.holdReply(to: .writeEvents))
            let pump = try stage.start("publish", "ponies", "PonyJumped", "--data", "{}")
            try await hold.waitForEffect()
            pump.send(signal)
            // Signals of one kind that come together are one.
            #expect(try await pump.errors(1) == [PumpProcess.Outcome.stopping])
            pump.send(signal)
            #expect(try await pump.outcome().status == 128 + signal)
        }
    }

    @Test("pump, among enemies, is not kept from ending by a server whose TLS handshake never ends")
    func endlessHandshake() async throws {
        let server = ScriptedServer()
        let port = try await server.start()
        let flooding = Task {
            let peer = try await server.nextConnection()
            let flood = Array(repeatElement([22, 3, 3, 0, 4, 0, 0, 0, 0] as [UInt8], count: 7000).joined())
            while !Task.isCancelled { try await peer.send(flood) }
        }
        let outcome = try await PumpProcess.run(["ping", "--connect", "tls://127.0.0.1:\(port)?connectTimeout=50s"])
        flooding.cancel()
        #expect(outcome.status == 1)
        #expect(outcome.errors.count == 1, "\(outcome.errors)")
        await server.stop()
    }

    @Test("pump, among enemies, says in one line that certificates are not verified")
    func verificationOff() async throws {
        try await Trust.run { trust in
            try await withEmbeddedServer(try trust.server(), logger: .silent) { server in
                let url = try #require(server.tlsConnectionString)
                let outcome = try await PumpProcess.run(["ping", "--connect", "\(url)?tlsVerifyCert=false"])
                #expect(outcome.status == 0)
                #expect(outcome.errors.count == 1, "\(outcome.errors)")
                #expect(outcome.errors.first?.contains("without verification") == true)
            }
        }
    }

    @Test(
        "pump says in one line what gossip may do, where it is without TLS, and what it does without certificates",
        arguments: [("", "gossip without TLS"), ("&tlsVerifyCert=false", "without verification")])
    func risks(_ row: (setting: String, words: String)) async throws {
        try await PumpStage.run { stage in
            let url = "discover://127.0.0.1:\(stage.httpPort)?tls=true&gossipTLS=false\(row.setting)"
            let outcome = try await PumpProcess.run(["gossip", "--connect", url])
            #expect(outcome.status == 0)
            #expect(outcome.errors.count == 1, "\(outcome.errors)")
            #expect(outcome.errors.first?.contains(row.words) == true, "\(outcome.errors)")
        }
    }

    @Test("pump, among enemies, asks no proxy that the environment names")
    func proxies() async throws {
        try await PumpStage.run { stage in
            let proxy = "http://127.0.0.1:\(try UnusedPort().number)"
            let names = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
            let outcome = try await PumpProcess.run(
                ["gossip", "--connect", "discover://127.0.0.1:\(stage.httpPort)?gossipTimeout=50s"],
                environment: Dictionary(uniqueKeysWithValues: names.map { ($0, proxy) }))
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }

    @Test("pump, among enemies, names the node that has answered a ping, not the seed")
    func pong() async throws {
        try await PumpStage.run { stage in
            let url = "discover://admin:changeit@127.0.0.1:\(stage.httpPort)?connectTimeout=50s"
            let outcome = try await PumpProcess.run(["ping", "--connect", url])
            #expect(
                outcome.output.first?.contains("from 127.0.0.1:\(stage.server.port) ") == true,
                "\(outcome.output)")
        }
    }

    @Test("pump, among enemies, takes a connection string from a file that only its owner can read")
    func connectFile() async throws {
        try await PumpStage.run { stage in
            let file = FileManager.default.temporaryDirectory.appending(path: "pump-\(UUID().uuidString)")
            try Data((stage.url + "\n").utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            let read = try await PumpProcess.run(["ping", "--connect-file", file.path])
            #expect(read.status == 0, "\(read.errors)")
            for mode in [0o640, 0o604, 0o620] {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
                let refused = try await PumpProcess.run(["ping", "--connect-file", file.path])
                #expect(refused.status == 64)
                #expect(refused.errors.joined().contains("chmod 600"), "\(refused.errors)")
                #expect(!refused.errors.joined().contains("changeit"))
            }
        }
    }

    @Test("pump top, among enemies, shows numbers that are too large to be counted with", arguments: [true, false])
    func numbers(json: Bool) async throws {
        try await PumpStage.run { stage in
            let (most, least) = (Int64.max, Int64.min)
            let group = #"""
                {"groupName":"g","eventStreamId":"s","status":"Live","connectionCount":\#(most),"parkedMessageCount":\#(least),
                "lastKnownEventNumber":\#(most),"lastProcessedEventNumber":\#(least),"totalItemsProcessed":
                """#
            let connection = #"""
                {"remoteEndPoint":"h:1","connectionId":"1","pendingSendBytes":\#(most),"pendingReceivedBytes":\#(most),
                "totalBytesReceived":\#(most),"totalBytesSent":
                """#
            let queue = #"{"queueName":"q","length":\#(most)}"#
            // Each is asked twice.
            let asked = Observed<[String: Int]>([:])
            func page(_ body: @escaping @Sendable (Int64) -> String) -> PageServer.Page {
                { request, peer in
                    let count = asked.update {
                        $0[request.target, default: 0] += 1
                        return $0[request.target]
                    }
                    try await peer.answer(body(count == 1 ? least : most))
                }
            }
            let pages = [
                "/info": page { _ in #"{"esVersion":"5.0.11.0","state":"master"}"# },
                "/stats": page { _ in
                    #"{"es":{"queue":{"a":\#(queue),"b":\#(queue)}},"proc":{"mem":\#(most),"cpu":1e300}}"#
                },
                "/stats/tcp": page { "[\(connection)\($0)}]" }, "/subscriptions": page { "[\(group)\($0)}]" },
            ]
            try await PageServer.run(pages) { port in
                let top = ["top", "--once", "--interval", "0.1", "--http-port", "\(port)"] + (json ? ["--json"] : [])
                let outcome = try await stage.run(top)
                #expect(outcome.isFine, "\(outcome.errors)")
                #expect(outcome.output.joined().contains("\(most)"), "\(outcome.output)")
            }
        }
    }
}
