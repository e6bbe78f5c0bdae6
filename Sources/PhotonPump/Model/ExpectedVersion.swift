/// What a writer believes about a stream; the server refuses the write if it is not so.
public enum ExpectedVersion: Sendable, Hashable {
    /// Anything: the write is not checked.
    case any
    /// The stream has no events: it was never written to, or is deleted (but not for good).
    case noStream
    /// The stream has events, or metadata at least.
    case streamExists
    /// The stream's last event has this number, 0 or above.
    case version(Int64)

    /// The number that stands for it on the wire; nil for a version below 0, which would mean something else there.
    var wireValue: Int64? {
        switch self {
        case .any: -2
        case .noStream: -1
        case .streamExists: -4
        case .version(let number): number >= 0 ? number : nil
        }
    }
}

extension ExpectedVersion: CustomStringConvertible {
    /// `any`, `no stream`, `stream exists` or the number.
    public var description: String {
        switch self {
        case .any: "any"
        case .noStream: "no stream"
        case .streamExists: "stream exists"
        case .version(let number): String(number)
        }
    }
}
