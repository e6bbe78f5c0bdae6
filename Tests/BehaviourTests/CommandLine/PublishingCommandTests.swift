import EmbeddedEventStore
import Foundation
import PhotonPump
import Testing

@Suite("pump publish", .timeLimit(.minutes(3)), .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct PublishingCommandTests {
    /// Runs `pump publish ponies` with this on stdin.
    private static func publish(
        _ input: some Sequence<UInt8>, _ arguments: String..., on stage: PumpStage
    ) async throws -> PumpProcess.Outcome {
        let file = FileManager.default.temporaryDirectory.appending(path: "pump-\(UUID().uuidString)")
        try Data(input).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let script = #"exec < "$1"; shift; exec "$0" publish ponies "$@""#
        let pump = try PumpProcess(
            running: URL(filePath: "/bin/sh"),
            ["-c", script, PumpProcess.executable.path, file.path] + arguments + ["--connect", stage.url])
        return try await pump.outcome()
    }

    private static func events(_ stage: PumpStage) async throws -> [RecordedEvent] {
        try await stage.client.iter("ponies").reduce(into: []) { $0.append($1.received) }
    }

    private static func line(_ number: Int) -> String { "{\"type\":\"Jump\",\"data\":\(number)}\n" }

    @Test("pump publish takes data and metadata from lines of JSON, byte by byte")
    func bytes() async throws {
        try await PumpStage.run { stage in
            let id = UUID()
            let data = [
                #"{ "b":1.50,"a" : -0e+10, "b":2 }"#, "123456789012345678901234567890", "1E400",
                #""\u00e9\/é😀\ud83d\uDE00""#,
                "[ 1,\t[ ] ]", "false", "\"\u{7f}\u{2028}\"",
            ]
            let lines =
                data.map { "{\"type\":\"t\",\"data\":\($0),\"metadata\":\($0)}\n" } + [
                    "\n", " \t \r\n",
                    "  {\"id\": \"\(id)\" , \"metadata\":{},\"t\\u0079pe\":\"\\ud83d\\ude00\\n\"}  \r\n",
                    #"{"type":"t","data":null,"metadata":null,"id":null}"#,
                ]
            let outcome = try await Self.publish(lines.joined().utf8, on: stage)
            #expect(outcome.isFine, "\(outcome.errors)")
            let events = try await Self.events(stage)
            #expect(events.map(\.data.text) == data + ["", ""])
            #expect(events.map(\.metadata.text) == data + ["{}", ""])
            #expect(events.map(\.isJSON) == data.map { _ in true } + [false, false])
            #expect(events.map(\.type) == data.map { _ in "t" } + ["😀\n", "t"])
            #expect(events[data.count].id == id)
        }
    }

    @Test("pump publish writes lines in batches, in order, and says what became of each", arguments: [1, 2, 5, 500])
    func batches(size: Int) async throws {
        try await PumpStage.run { stage in
            let input = (0..<5).map(Self.line).joined()
            let outcome = try await Self.publish(
                input.utf8, "--json", "--batch", "\(size)", "--expect", "none", on: stage)
            #expect(outcome.isFine, "\(outcome.errors)")
            let firsts = Array(stride(from: 0, to: 5, by: size))
            #expect(try outcome.output.map { try members($0)["firstEventNumber"] as? Int } == firsts)
            #expect(try await Self.events(stage).map(\.data.text) == (0..<5).map { "\($0)" })
        }
    }

    @Test("pump publish takes lines that are longer than what it reads at once, and many of them")
    func longLines() async throws {
        try await PumpStage.run { stage in
            let texts = (0..<40).map { String(repeating: "\($0 % 10)", count: $0 * 31_013) }
            let input = texts.map { "{\"data\":\"\($0)\",\"type\":\"t\"}\n" }.joined()
            let outcome = try await Self.publish(input.utf8.dropLast(), on: stage)
            #expect(outcome.isFine, "\(outcome.errors)")
            // Four megabytes are written together.
            #expect(outcome.output.count > 5)
            #expect(try await Self.events(stage).map(\.data.text) == texts.map { "\"\($0)\"" })
        }
    }

    @Test("pump publish says where a line is wrong, and writes what comes before it")
    func wrongLines() async throws {
        try await PumpStage.run { stage in
            for (number, row) in Self.wrong.enumerated() {
                let input = Array("\n\(Self.line(number))".utf8) + row.line + Array("\n\(Self.line(-1))".utf8)
                let outcome = try await Self.publish(input, on: stage)
                #expect(outcome.isFailure(saying: "line 3\(row.words)"), "\(row) \(outcome.errors)")
            }
            #expect(try await Self.events(stage).map(\.data.text) == Self.wrong.indices.map { "\($0)" })
        }
    }

    private static let wrong: [(line: [UInt8], words: String)] = [
        (Array(#"{"type":"t",}"#.utf8), ", column 13: expected a string, found '}'"),
        (Array(#"{"type":"t","data":[1,]}"#.utf8), ", column 23: expected a value, found ']'"),
        (Array(#"{"type":"é漢😀","data":01}"#.utf8), ", column 23: expected ',' or '}', found '1'"),
        (Array(#"{"type":"t","data":"\ud800"}"#.utf8), ", column 21: half of a surrogate pair"),
        (Array(#"{"type":"t"} {}"#.utf8), ", column 14: expected the end, found '{'"),
        (Array(#"{"type":"t""#.utf8), ", column 12: expected ',' or '}', found the end"),
        (Array(#"["t"]"#.utf8), ", column 1: expected an object, found '['"),
        ([0xEF, 0xBB, 0xBF] + #"{"type":"t"}"#.utf8, ", column 1: expected an object, found the byte 0xef"),
        (#"{"type":"t"}"#.utf16.flatMap { [UInt8($0), 0] }, ", column 2: expected a string, found the byte 0x0"),
        (Array(#"{"type":""#.utf8) + [0xFF] + Array(#""}"#.utf8), ", column 10: this is not UTF-8"),
        (Array(#"{"data":1}"#.utf8), ": \"type\" is missing"), (Array(#"{"type":""}"#.utf8), ": \"type\""),
        (Array(#"{"type":7}"#.utf8), ": \"type\""),
        (Array(#"{"type":"a","type":"b"}"#.utf8), ": \"type\" is there twice"),
        (Array(#"{"type":"t","x":1}"#.utf8), ": unknown member \"x\""),
        (Array(#"{"type":"t","id":7}"#.utf8), ": \"id\" is not a UUID"),
        (Array(#"{"type":"t","id":"x"}"#.utf8), ": 'x' is not a UUID"),
    ]

    @Test("pump publish does not go on reading a line that is longer than a write may be")
    func endlessLine() async throws {
        try await PumpStage.run { stage in
            let small = PumpStage(
                server: stage.server, client: stage.client, url: stage.url + "&maxFrameSize=100000",
                httpPort: stage.httpPort)
            let input = Self.line(0) + "{\"type\":\"" + String(repeating: "t", count: 1_000_000)
            let outcome = try await Self.publish(input.utf8, on: small)
            #expect(outcome.isFailure(saying: "line 2: longer than 100000 bytes"), "\(outcome.errors)")
            #expect(try await Self.events(stage).map(\.data.text) == ["0"])
        }
    }

    @Test("pump publish takes only JSON from options, too")
    func options() async throws {
        try await PumpStage.run { stage in
            let wrong = [
                ("--data", "[1,]"), ("--metadata", "{\"a\":1,}"), ("--data", "\u{feff}1"), ("--data", ""),
            ]
            for (option, text) in wrong {
                let outcome = try await stage.run("publish", "ponies", "t", option, text)
                #expect(outcome.isMisuse(saying: "\(option) is not JSON: column "), "\(outcome.errors)")
            }
            for text in ["{\"a\":1,}", "[]", "{} {}"] {
                let outcome = try await stage.run("stream", "metadata", "ponies", "--set", text)
                #expect(outcome.isMisuse(saying: "--set is not a JSON object: column "), "\(outcome.errors)")
            }
            #expect(try await stage.run("publish", "ponies", "t", "--data", " 1e400\n").isFine)
            #expect(try await Self.events(stage).map(\.data.text) == [" 1e400\n"])
        }
    }

    @Test("pump publish takes the data of one event from stdin if told so, and says so if it was not")
    func dataFromStdin() async throws {
        try await PumpStage.run { stage in
            let data = "{\n  \"height\": 11\n}\n"
            let written = try await Self.publish(data.utf8, "t", "--data", "-", on: stage)
            #expect(written.isFine && written.errors.isEmpty, "\(written.errors)")
            for (input, words) in [("{\"a\":1,}", "stdin is not JSON: column 8"), ("", "stdin is not JSON: column 1")] {
                let wrong = try await Self.publish(input.utf8, "t", "--data", "-", on: stage)
                #expect(wrong.isFailure(saying: words), "\(wrong.errors)")
            }
            let binary = try await Self.publish([0x22, 0xff, 0x22], "t", "--data", "-", on: stage)
            #expect(binary.isFailure(saying: "stdin is not text in UTF-8"), "\(binary.errors)")
            #expect(try await Self.events(stage).map(\.data.text) == [data])

            let without = try await Self.publish(data.utf8, "t", on: stage)
            #expect(without.status == 0)
            #expect(
                without.errors == ["Warning: the event has no data; with a <type>, stdin is read only by --data -"])
            let plain = try await stage.run("publish", "ponies", "t")
            #expect(plain.isFine && plain.errors.isEmpty, "\(plain.errors)")
        }
    }

    @Test("pump publish names the first line that was not written, and begins nothing behind it")
    func refused() async throws {
        try await PumpStage.run { stage in
            try await stage.server.faults.add(.answer(.notAuthenticated(), to: .writeEvents, times: 1).skipping(1))
            let outcome = try await Self.publish((0..<6).map(Self.line).joined().utf8, "--batch", "2", on: stage)
            #expect(
                outcome.isFailure(saying: "nothing was written from line 3 on", "Not Authenticated"),
                "\(outcome.errors)")
            #expect(outcome.output.count == 1)
            #expect(try await Self.events(stage).map(\.data.text) == ["0", "1"])
        }
    }

    @Test("pump publish says which lines may have been written when no answer comes")
    func unanswered() async throws {
        try await PumpStage.run { stage in
            try await stage.server.faults.add(.loseReply(to: .writeEvents).skipping(1))
            let brief = PumpStage(
                server: stage.server, client: stage.client,
                url: stage.url.replacing("operationTimeout=50s", with: "operationTimeout=1s"), httpPort: stage.httpPort)
            let outcome = try await Self.publish((0..<6).map(Self.line).joined().utf8, "--batch", "2", on: brief)
            #expect(
                outcome.isFailure(saying: "lines 3 to 4 may have been written, and nothing behind"), "\(outcome.errors)"
            )
            #expect(try await Self.events(stage).map(\.data.text) == ["0", "1", "2", "3"])
        }
    }

    @Test("pump publish finishes the batch that it is writing and the one that it has begun when it is interrupted")
    func interrupted() async throws {
        try await PumpStage.run { stage in
            let pipe = FileManager.default.temporaryDirectory.appending(path: "pump-\(UUID().uuidString)").path
            #expect(mkfifo(pipe, 0o600) == 0)
            defer { unlink(pipe) }
            let hold = try await stage.server.faults.add(.holdReply(to: .writeEvents, times: 1))
            // Who opens a pipe for reading and writing waits for nobody, and the end never comes.
            let script = #"exec <> "$1"; exec "$0" publish ponies --batch 1 --connect "$2""#
            let pump = try PumpProcess(
                running: URL(filePath: "/bin/sh"), ["-c", script, PumpProcess.executable.path, pipe, stage.url])
            let writer = try #require(FileHandle(forWritingAtPath: pipe))
            try writer.write(contentsOf: Data((Self.line(0) + Self.line(1) + "{\"type\":\"un").utf8))
            try await hold.waitForEffect()
            pump.send(SIGINT)
            #expect(try await pump.errors(1) == [PumpProcess.Outcome.stopping])
            try await hold.lift()
            let outcome = try await pump.outcome()
            #expect(outcome.isInterrupted, "\(outcome.errors)")
            #expect(outcome.output.count == 2)
            #expect(try await Self.events(stage).map(\.data.text) == ["0", "1"])
        }
    }
}
