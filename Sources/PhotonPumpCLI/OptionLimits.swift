import ArgumentParser

/// - Throws: `ValidationError`, which names the option, unless its value is missing or allowed.
func check(_ option: String, _ value: Int?, in allowed: PartialRangeFrom<Int>) throws {
    if let value, !allowed.contains(value) {
        throw ValidationError("--\(option) must be at least \(allowed.lowerBound)")
    }
}

/// - Throws: `ValidationError`, which names the option, unless its value is missing or allowed.
func check(_ option: String, _ value: Int?, in allowed: ClosedRange<Int>) throws {
    if let value, !allowed.contains(value) {
        throw ValidationError("--\(option) must be between \(allowed.lowerBound) and \(allowed.upperBound)")
    }
}
