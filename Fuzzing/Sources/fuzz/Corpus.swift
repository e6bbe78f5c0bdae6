import Foundation

/// Inputs are kept in one file for each target, a line of hexadecimal digits for each input.
enum Corpus {
    static func command(_ arguments: [String]) throws {
        switch (arguments.first, arguments.count) {
        case ("targets", 1): for target in Target.all { print(target.name) }
        case ("unpack", 3): try self.unpack(arguments[1], to: arguments[2])
        case ("pack", 3): try self.pack(arguments[1], to: arguments[2])
        case ("seeds", 4): try Seeds.write(for: arguments[1], from: arguments[2], to: arguments[3])
        default:
            throw UsageError(
                """
                usage: fuzz targets | unpack FILE FOLDER | pack FOLDER FILE | seeds TARGET TESTS FOLDER
                       FUZZ_TARGET=… fuzz [options of libFuzzer] [files and folders of inputs]
                """)
        }
    }

    /// Writes each input to a file of its own.
    static func unpack(_ file: String, to folder: String) throws {
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        try self.write(lines.map { try self.bytes($0) }, to: folder)
    }

    static func write(_ inputs: [[UInt8]], to folder: String) throws {
        let folder = URL(fileURLWithPath: folder, isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (number, input) in inputs.enumerated() {
            try Data(input).write(to: folder.appendingPathComponent("\(number)"))
        }
    }

    /// Writes the inputs of a folder to one file, the shortest ones first.
    private static func pack(_ folder: String, to file: String) throws {
        let files = try FileManager.default.contentsOfDirectory(
            at: URL(fileURLWithPath: folder), includingPropertiesForKeys: nil)
        let lines = try files.map { try Data(contentsOf: $0).map { String(256 + Int($0), radix: 16).dropFirst() } }
            .map { $0.joined() }.filter { !$0.isEmpty }
            .sorted { ($0.count, $0) < ($1.count, $1) }
        try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
    }

    static func bytes(_ digits: some StringProtocol) throws -> [UInt8] {
        var rest = digits[...]
        var bytes: [UInt8] = []
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else {
                throw UsageError("'\(digits.prefix(40))' is not hexadecimal")
            }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
