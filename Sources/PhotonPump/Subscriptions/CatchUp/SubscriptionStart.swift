internal import PhotonPumpSystem

/// Where a subscription begins. Places are event numbers (`Int64`) in a stream, and ``Position``s in `$all`.
///
/// It can be stored, to continue there later: see ``SubscriptionMessage/checkpoint(_:)``. Encoded as JSON it looks like
/// one of these, in files and streams of checkpoints, too:
///
/// ```json
/// {"format":1,"after":41}
/// {"format":1,"from":{"commit":4096,"prepare":4096}}
/// {"format":1,"at":"start"}
/// ```
/// A place is the number of an event or, of `$all`, a position; `at` is `start` or `end`. Later versions of this library
/// read what earlier ones have stored; `format` changes if earlier ones could not read it, which then say so.
public enum SubscriptionStart<Place: Hashable & Sendable>: Hashable, Sendable {
    /// At the first event.
    case start
    /// After the last event at the time of the call.
    case end
    /// At the first event after this place.
    case after(Place)
    /// At the event at this place, or the first one after it.
    case from(Place)
}

extension SubscriptionStart: Codable where Place: Codable {
    private typealias Key = SubscriptionStartKey

    /// - Throws: ``PhotonPumpError/Code/unreadableCheckpoint`` for a format that is not known, and `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        let format = try members.decode(Int.self, forKey: .format)
        guard format == Key.currentFormat else {
            throw PhotonPumpError(
                .unreadableCheckpoint,
                "its format is \(format), and this version of the library reads format \(Key.currentFormat)")
        }
        switch members.allKeys.filter({ $0 != .format }) {
        case [.after]: self = .after(try members.decode(Place.self, forKey: .after))
        case [.from]: self = .from(try members.decode(Place.self, forKey: .from))
        case [.at]:
            switch try members.decode(String.self, forKey: .at) {
            case "start": self = .start
            case "end": self = .end
            default: throw DecodingError.dataCorruptedError(forKey: .at, in: members, debugDescription: "no such place")
            }
        default:
            throw DecodingError.dataCorrupted(
                .init(codingPath: members.codingPath, debugDescription: "not one of 'at', 'after' and 'from'"))
        }
    }

    /// Encodes it with the format's version.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Key.self)
        try members.encode(Key.currentFormat, forKey: .format)
        switch self {
        case .start: try members.encode("start", forKey: .at)
        case .end: try members.encode("end", forKey: .at)
        case .after(let place): try members.encode(place, forKey: .after)
        case .from(let place): try members.encode(place, forKey: .from)
        }
    }
}

extension SubscriptionStart where Place: Codable {
    /// A checkpoint that was stored.
    ///
    /// - Throws: ``JSONFault`` for what is no JSON. `JSONDecoder` takes more than that: a comma too many, and UTF-16.
    init(storedAs text: some ContiguousBytes & Sequence<UInt8>) throws {
        try text.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            try scanner.document()
        }
        self = try JSONDecoder().decode(Self.self, from: Data(text))
    }
}

/// The members of a stored ``SubscriptionStart``.
private enum SubscriptionStartKey: String, CodingKey {
    case format, at, after, from

    static let currentFormat = 1
}
