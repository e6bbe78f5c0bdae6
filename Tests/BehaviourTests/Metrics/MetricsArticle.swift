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
        let article = try Article("Metrics")
        self.rows = article.rows(beginning: "photonpump_").map(Self.row)
        self.example = article.example
    }

    private static func row(_ cells: [String]) -> Row {
        let dimensions = cells[2].components(separatedBy: ";").map(Article.quoted).filter { !$0.isEmpty }
        return Row(
            name: Article.quoted(cells[0])[0], kind: cells[1],
            dimensions: Dictionary(uniqueKeysWithValues: dimensions.map { ($0[0], Set($0.dropFirst())) }))
    }
}
