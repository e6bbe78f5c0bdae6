/// Why it cannot be found out whether a write was made.
enum Doubt: Sendable {
    /// More events were written since than may be searched.
    case tooMany(Int)
    /// The write could be among events that can no longer be read.
    case hidden
    /// Some of its events are in the stream, or all in another order.
    case partly
    /// All of its events are in the stream, from this number on, but the server does not recognise them.
    case unrecognised(Int64)
    /// It was to be made only if the stream exists, which now has no events.
    case streamGone
    /// It is not known where the stream ended before it was deleted.
    case unknownEnd
    /// It is not known which events to look for.
    case unknownEvents
    /// The stream cannot be read.
    case unreadable(PhotonPumpError)

    var description: String {
        switch self {
        case .tooMany(let count):
            "it is not among the last \(count) events of the stream, and no more are searched (see retries.searchLimit)"
        case .hidden: "it could be among events that can no longer be read"
        case .partly: "some of its events are in the stream, but not all of them one after another"
        case .unrecognised(let first):
            "its events are in the stream from number \(first) on, but the server does not recognise them"
        case .streamGone: "the stream, which it expected to exist, has no events"
        case .unknownEnd: "the end of the stream could not be read beforehand"
        case .unknownEvents: "not all events of the transaction were written through this Transaction"
        case .unreadable: "the stream could not be searched"
        }
    }

    /// Whether the write can be sent again although it may have been made; not where it certainly was.
    var allowsRepetition: Bool {
        if case .unrecognised = self { false } else { true }
    }

    /// The error behind it, if any.
    var cause: PhotonPumpError? {
        if case .unreadable(let error) = self { error } else { nil }
    }
}
