import Foundation

/// Inputs from what was recorded of real servers for the tests.
enum Seeds {
    private struct Frame: Decodable {
        let command, payload: String

        private enum CodingKeys: String, CodingKey {
            case command
            case payload = "payload_hex"
        }
    }

    private struct Exchange: Decodable {
        struct Answer: Decodable { let body: String? }
        let response: Answer
    }

    /// - Parameter tests: the folder of the client's tests.
    static func write(for target: String, from tests: String, to folder: String) throws {
        let inputs: [[UInt8]]
        switch target {
        case "frames": inputs = try self.frames(tests).map { try self.frame($0) }
        case "messages": inputs = try self.frames(tests).map { try Corpus.bytes($0.payload) }
        case "gossip", "answers", "json", "metadata":
            inputs = try self.lines("RecordedExchanges", tests, as: Exchange.self)
                .compactMap { $0.response.body.map { [0] + Array($0.utf8) } }
        default: inputs = []
        }
        // Long ones make everything slow, and add little.
        try Corpus.write(Set(inputs.filter { $0.count <= 2000 }).sorted { $0.count < $1.count }, to: folder)
    }

    private static func frames(_ tests: String) throws -> [Frame] {
        try self.lines("RecordedFrames", tests, as: Frame.self)
    }

    private static func frame(_ frame: Frame) throws -> [UInt8] {
        let payload = try Corpus.bytes(frame.payload)
        let length = UInt32(18 + payload.count)
        let command = UInt8(frame.command.dropFirst(2), radix: 16) ?? 0
        return [0, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + [command, 0]
            + [UInt8](repeating: 7, count: 16) + payload
    }

    private static func lines<Line: Decodable>(_ module: String, _ tests: String, as: Line.Type) throws -> [Line] {
        let folder = URL(fileURLWithPath: tests).appendingPathComponent("\(module)/Vectors")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "jsonl" }
            .flatMap { file in
                try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap {
                    try? JSONDecoder().decode(Line.self, from: Data($0.utf8))
                }
            }
    }
}
