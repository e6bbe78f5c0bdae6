/// What a writer expects of a stream; if it is not true, the server refuses the write.
public enum ExpectedVersion: Sendable, Hashable {
    /// Anything: the version is not checked.
    case any
    /// The stream has no events: it was never written to, or was deleted (but not permanently).
    case noStream
    /// The stream has events, or at least metadata.
    case streamExists
    /// The number of the stream's last event, 0 or above.
    case version(Int64)

    /// That nothing was written since the stream was read: the version of what was read last, or ``noStream``.
    ///
    /// - Parameter number: the number of the last event; nil, or -1 as servers say it, if there was none.
    public init(lastEventNumber number: Int64?) {
        self = number.map { $0 < 0 ? .noStream : .version($0) } ?? .noStream
    }

    /// The number that represents it on the wire; nil for a version below 0, which would mean something else there.
    var wireValue: Int64? {
        switch self {
        case .any: -2
        case .noStream: -1
        case .streamExists: -4
        case .version(let number): number >= 0 ? number : nil
        }
    }

    /// Whether servers recognise a repeated write only as long as they remember it.
    var isForgettable: Bool { self == .any || self == .streamExists }
}

extension ExpectedVersion {
    /// For error messages, after "expected".
    var words: String {
        switch self {
        case .any: "any version"
        case .noStream: "no stream"
        case .streamExists: "an existing stream"
        case .version(let number): "version \(number)"
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
