import EmbeddedEventStore
import Foundation
import PhotonPump
import PhotonPumpWire
import Testing

/// What `pump` takes for JSON, and how it prints that: the cases are those that parsers are known to differ in.
@Suite("pump read --json", .timeLimit(.minutes(3)), .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct PrintedJSONTests {
    private static let valid: [String] =
        [
            "0", "-0", "10", "-1.5", "0.0", "1e5", "1E+5", "1.25e-05", "1e400", "-1e-400",
            "123456789012345678901234567890",
            "true", "false", "null", "\"\"", "\"a\"", " 1 ", "[]", "[ ]", "{}", "{ }", "[1,[2,{\"a\":[{}]}],null]",
            "{\"\":0}", "{\"a\":1,\"a\":2}", "{\"a\" : 1 , \"b\" : 2}", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0000\"",
            "\"\\u00e9\\uD83D\\ude00\"", "\"\\\\u00g0\"", "\"é漢😀\"", "\"\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}\"",
            "[\"0123456789abcdef\",\"0123456789abcde\\n\"]", "\"\u{feff}\"",
        ] + [String(repeating: "[", count: 512) + String(repeating: "]", count: 512)]

    private static let invalid: [[UInt8]] =
        [
            " ", "[1,]", "{\"a\":1,}", "[,1]", "[1,,2]", "{,}", "[", "]", "{", "}", "[1", "[1}", "{\"a\":1]", "{\"a\"}",
            "{\"a\":}", "{:1}", "{a:1}", "{1:1}", "{'a':1}", "'a'", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "[1 2]", "1 2",
            "1,",
            "01", "-01", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "1e5.5", "0x1", "1a", "--1", "NaN", "Infinity",
            "tru", "truE", "True", "nul", "nulll", "\"", "\"a", "\"\\\"", "\"\\", "\"\\x\"", "\"\\'\"", "\"\\u\"",
            "\"\\u12\"",
            "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800a\"", "\"\\ud800\\n\"", "\"\\ud800\\u0041\"", "\"\\ud800\\ud800\"",
            "\"\\udc00\"", "\"\\udc00\\ud800\"", "\"a\tb\"", "\"a\nb\"", "\"\0\"", "\"\u{1f}\"", "\u{c}1", "1\u{b}",
            "\u{a0}1",
            "1//x", "/*x*/1", "#", "[\u{feff}1]", "1\0", "\0001", "\u{7f}",
        ].map { Array($0.utf8) } + [
            Array(String(repeating: "[", count: 513).utf8) + Array(String(repeating: "]", count: 513).utf8),
            Array(String(repeating: "{\"a\":", count: 200_000).utf8),
            // What is not UTF-8.
            [0x22, 0x80, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xC1, 0xBF, 0x22], [0x22, 0xC3, 0x22],
            [0x22, 0xE0, 0x9F, 0xBF, 0x22],
            [0x22, 0xE2, 0x82, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xF0, 0x8F, 0xBF, 0xBF, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], [0x22, 0xFF, 0x22],
            [0x22, 0xE2, 0x82],
            [0xFF, 0xFE, 0x31, 0x00], [0x00, 0x31], [0x31, 0x00],
        ]

    private static func printed(_ datas: [[UInt8]], on stage: PumpStage) async throws -> [String] {
        for start in stride(from: 0, to: datas.count, by: 500) {
            let part = datas[start..<min(start + 500, datas.count)]
            try await stage.client.publish(part.map { NewEvent(type: "t", data: $0, isJSON: true) }, to: "ponies")
        }
        let outcome = try await stage.run("read", "ponies", "--json")
        #expect(outcome.isFine)
        #expect(outcome.output.count == datas.count)
        return outcome.output
    }

    @Test("pump read --json prints what is JSON as it is")
    func valid() async throws {
        try await PumpStage.run { stage in
            let lines = try await Self.printed(Self.valid.map { Array($0.utf8) }, on: stage)
            for (line, text) in zip(lines, Self.valid) { #expect(line.contains("\"data\":\(text),\"metadata\"")) }
        }
    }

    @Test("pump read --json prints what only claims to be JSON as base64")
    func invalid() async throws {
        try await PumpStage.run { stage in
            let lines = try await Self.printed(Self.invalid, on: stage)
            for (line, bytes) in zip(lines, Self.invalid) {
                let data = try members(line)["data"] as? [String: String]
                #expect(data == ["base64": Data(bytes).base64EncodedString()], "\(bytes.prefix(40))")
            }
        }
    }

    @Test("pump read --json prints lines that are JSON, and mean what is in the events, whatever that is")
    func anything() async throws {
        var random = SeededGenerator(seed: 7)
        // No numbers with exponents, as the other parser refuses large ones.
        let seeds = [
            "{\"k\":[1,\"x\u{7f}\u{85}\u{2028}\u{2066}é\\ud83d\\ude00\"],\n\t\"b\":{\"c\":null}}",
            "[[],{},\"\\\\\"]",
        ]
        let bytes =
            Array("{}[]\",:\\u019adD8 \t\r\n\u{0}\u{1f}\u{7f}\u{9b}\u{202e}\u{10ffff}".utf8) + [0xC0, 0xED, 0xFF]
        let datas = (0..<2_000).map { _ in
            var data = Array(seeds.randomElement(using: &random).map { $0.utf8 } ?? "".utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0..<data.count, using: &random)
                let byte = bytes.randomElement(using: &random) ?? 0
                if Bool.random(using: &random) { data[place] = byte } else { data.insert(byte, at: place) }
            }
            return data
        }
        try await PumpStage.run { stage in
            var asBase64 = 0
            for (line, data) in zip(try await Self.printed(datas, on: stage), datas) {
                let printed = try #require(try members(line)["data"])
                if let base64 = (printed as? [String: Any])?["base64"] {
                    asBase64 += 1
                    #expect(base64 as? String == Data(data).base64EncodedString())
                } else {
                    let meant = try JSONSerialization.jsonObject(with: Data(data), options: .fragmentsAllowed)
                    #expect(try #require(printed as? NSObject).isEqual(meant), "\(line)")
                }
            }
            #expect((200..<1_800).contains(asBase64), "\(asBase64)")
        }
    }

    @Test("pump read escapes names so that JSON has them as they are")
    func names() async throws {
        try await PumpStage.run { stage in
            let type =
                (0..<0x100).compactMap(Unicode.Scalar.init).map(String.init).joined() + "\u{2028}\u{206a}\u{e000}😀"
            // No argument of a program has a zero in it.
            let name = String(type.unicodeScalars.dropFirst())
            try await stage.client.publish([NewEvent(type: type, data: Payload(), isJSON: false)], to: name)
            let outcome = try await stage.run("--json", "read", name)
            let event = try members(try #require(outcome.output.first))
            #expect(event["stream"] as? String == name)
            #expect(event["type"] as? String == type)
            #expect(event["data"] is NSNull)
        }
    }

    @Test("pump read prints what there is while it waits for more", arguments: [true, false])
    func prompt(json: Bool) async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<600)
            // The first page comes, which is small, and the second does not.
            let hold = try await stage.server.faults.add(.holdReply(to: .readStreamForward).skipping(1))
            let pump = try stage.start("read", "ponies", json ? "--json" : "-v")
            #expect((1..<600).contains(try await pump.lines(1).count))
            try await hold.lift()
            let outcome = try await pump.outcome()
            #expect(outcome.status == 0)
            #expect(outcome.output.count == 600)
        }
    }
}
