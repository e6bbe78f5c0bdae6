extension Duration {
    /// The duration as people write it: `5.75 s`, `250 ms`, `40 µs`, to a thousandth of the unit.
    package var words: String {
        let units: [(name: String, size: UInt128)] = [
            ("s", 1_000_000_000_000_000_000), ("ms", 1_000_000_000_000_000), ("µs", 1_000_000_000_000),
            ("ns", 1_000_000_000),
        ]
        let magnitude = self.attoseconds.magnitude
        let unit = units.first { magnitude == 0 || magnitude >= $0.size } ?? units[units.count - 1]
        let thousandths = (magnitude + unit.size / 2000) / (unit.size / 1000)
        var digits = String(thousandths % 1000 + 1000).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        let sign = self < .zero ? "-" : ""
        return "\(sign)\(thousandths / 1000)\(digits.isEmpty ? "" : ".")\(digits) \(unit.name)"
    }
}
