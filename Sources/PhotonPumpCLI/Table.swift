/// Rows of cells, in columns that are as wide as they must be.
struct Table {
    private var rows: [[String]]

    init(_ headings: String...) {
        self.rows = [headings]
    }

    /// - Parameter cells: as many as there are columns.
    mutating func add(_ cells: String...) {
        self.rows.append(cells.map { Printable.line($0) })
    }

    var lines: [String] {
        let widths = self.rows[0].indices.map { column in self.rows.map { $0[column].count }.max() ?? 0 }
        return self.rows.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            // No white space at the end.
            return cells.joined(separator: "  ").replacing(#/ +$/#, with: "")
        }
    }
}
