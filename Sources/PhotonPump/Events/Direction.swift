/// The direction in which a stream is read.
public enum Direction: Sendable, Hashable {
    /// From older to newer events.
    case forward
    /// From newer to older events.
    case backward
}

/// Where in a stream reading begins.
public enum StreamPosition: Sendable, Hashable {
    /// At the first event.
    case start
    /// Backward, at the last event; forward, there is nothing to read there.
    case end
    /// At the event with this number, 0 or above, inclusive.
    case number(Int64)
}

extension StreamPosition: ExpressibleByIntegerLiteral {
    /// At the event with this number.
    public init(integerLiteral number: Int64) {
        self = .number(number)
    }
}
