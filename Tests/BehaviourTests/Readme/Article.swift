import Foundation

/// An article of the client's documentation.
struct Article {
    let lines: [String]

    init(_ name: String) throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appendingPathComponent("Sources/PhotonPump/PhotonPump.docc/\(name).md")
        self.lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    }

    /// The lines that its example prints, which are its last block.
    var example: [String] {
        guard let end = self.lines.lastIndex(of: "```"), let start = self.lines[..<end].lastIndex(of: "```") else {
            return []
        }
        return Array(self.lines[(start + 1)..<end])
    }

    /// The cells of its tables' rows that begin with this, without the white space around them.
    func rows(beginning start: String) -> [[String]] {
        self.lines.filter { $0.hasPrefix("| `\(start)") }.map { line in
            line.components(separatedBy: "|").dropFirst().map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// What is written as code in a text.
    static func quoted(_ text: String) -> [String] {
        text.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
}
