/// The order in which a stream is read.
public enum Direction: Sendable, Hashable {
    /// From older to newer events.
    case forward
    /// From newer to older events.
    case backward
}

/// Where in a stream to begin reading.
public enum StreamPosition: Sendable, Hashable {
    /// At the first event.
    case start
    /// At the last event when reading backwards; forwards there is nothing to read there.
    case end
    /// At the event with this number, 0 or above, included.
    case number(Int64)
}

extension StreamPosition: ExpressibleByIntegerLiteral {
    /// At the event with this number.
    public init(integerLiteral number: Int64) {
        self = .number(number)
    }
}
