import Foundation

/// What the article on metrics says.
struct MetricsArticle {
    /// A row of its table.
    struct Row: Hashable {
        let name: String
        let kind: String
        /// The values of each dimension; none for one whose values the table does not list.
        let dimensions: [String: Set<String>]
    }

    let rows: [Row]
    /// The lines of its example.
    let example: [String]

    init() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appendingPathComponent("Sources/PhotonPump/PhotonPump.docc/Metrics.md")
        let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        self.rows = lines.filter { $0.hasPrefix("| `photonpump_") }.map(Self.row)
        let rest = lines.drop { $0 != "## An example" }.drop { $0 != "```" }.dropFirst()
        self.example = Array(rest.prefix { $0 != "```" })
    }

    private static func row(_ line: String) -> Row {
        let cells = line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        let dimensions = cells[3].components(separatedBy: ";").map(Self.quoted).filter { !$0.isEmpty }
        return Row(
            name: Self.quoted(cells[1])[0], kind: cells[2],
            dimensions: Dictionary(uniqueKeysWithValues: dimensions.map { ($0[0], Set($0.dropFirst())) }))
    }

    private static func quoted(_ text: String) -> [String] {
        text.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
}
