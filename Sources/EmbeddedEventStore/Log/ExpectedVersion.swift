/// What a writer expects of the stream it appends to.
enum ExpectedVersion: Hashable {
    case any
    /// The stream has events, or metadata, and is not deleted.
    case streamExists
    /// The number of the last event; -1 for no events.
    case exactly(Int64)

    static let noStream = ExpectedVersion.exactly(-1)

    /// Nil for numbers that have no meaning.
    init?(wire number: Int64) {
        switch number {
        case -2: self = .any
        case -4: self = .streamExists
        case (-1)...: self = .exactly(number)
        default: return nil
        }
    }
}
