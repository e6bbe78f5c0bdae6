/// The objects and arrays around a place in JSON text.
struct JSONNesting {
    private let limit: Int
    private var depth = 0
    /// A bit for each, which is set for objects: room for 512 without an allocation.
    private var kinds = SIMD8<UInt64>()

    /// - Parameter limit: how deep it may become, up to 512.
    init(limit: Int) {
        self.limit = min(limit, 512)
    }

    var isEmpty: Bool { self.depth == 0 }

    /// Whether the innermost one is an object; nil if there is none.
    var isInObject: Bool? {
        guard self.depth > 0 else { return nil }
        let place = self.depth - 1
        return self.kinds[place >> 6] >> UInt64(place & 63) & 1 == 1
    }

    /// - Returns: false if that would be too deep.
    mutating func enter(object isObject: Bool) -> Bool {
        guard self.depth < self.limit else { return false }
        let bit = (1 as UInt64) << UInt64(self.depth & 63)
        if isObject { self.kinds[self.depth >> 6] |= bit } else { self.kinds[self.depth >> 6] &= ~bit }
        self.depth += 1
        return true
    }

    /// To be called once for each that was entered.
    mutating func leave() { self.depth -= 1 }
}

/// Where a text is not JSON, and why.
package struct JSONFault: Error, CustomStringConvertible {
    package let description: String
}
