/// What went wrong: the ``code`` to branch on, and the facts around it.
///
/// Functions of this library throw this or `CancellationError`, besides what their callers' own code throws: encoders,
/// closures and sequences passed in. No description of an error contains a password or the data of an event
/// (``underlying`` may hold a decoder's error, which does).
public struct PhotonPumpError: Error, Sendable {
    /// What happened.
    public let code: Code
    /// A sentence for people: what was tried, on what, and what came of it.
    public let message: String
    /// The stream concerned, if it is about one.
    public let stream: String?
    /// The event concerned, if it is about one.
    public let eventNumber: Int64?
    /// Both versions, if the code is ``Code/wrongExpectedVersion``.
    public let conflict: VersionConflict?
    /// The server's own words, if it sent any.
    public let serverMessage: String?
    /// The error behind this one, if there is one.
    public let underlying: (any Error)?
    /// How often the request was sent; 0 when it did not come to that.
    public internal(set) var attempts = 0
    /// How long the call took, from being made; nil for an error before that.
    public internal(set) var elapsed: Duration?
    /// Whether what was to be written may be written nevertheless, because the server's answer is not known.
    public internal(set) var mayHaveBeenApplied = false
    /// Whether the call can be made again without doing twice what it was to do once: reads, and writes that the server
    /// recognises when they are repeated with the same events.
    public internal(set) var isSafeToRepeat = true
    /// How many events of a sequence were written before the write that failed; nil for everything else.
    public internal(set) var publishedBefore: Int?
    /// The server that was spoken to, as `host:port`; nil when it did not come to that.
    public internal(set) var endpoint: String?

    init(
        _ code: Code,
        _ message: String,
        stream: String? = nil,
        eventNumber: Int64? = nil,
        conflict: VersionConflict? = nil,
        serverMessage: String? = nil,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.stream = stream
        self.eventNumber = eventNumber
        self.conflict = conflict
        self.serverMessage = serverMessage.flatMap { $0.isEmpty ? nil : $0 }
        self.underlying = underlying
    }
}

extension PhotonPumpError: CustomStringConvertible {
    /// One line, without control characters: the message, the server's words, the error behind it, what was done before, and the server.
    public var description: String {
        var text = self.message
        if let serverMessage { text += ": \(serverMessage.split(whereSeparator: \.isNewline).joined(separator: " "))" }
        if let underlying { text += ": \(Self.describe(underlying))" }
        if let publishedBefore { text += " (after \(publishedBefore) events were written)" }
        if let endpoint { text += " [\(endpoint)]" }
        return text.unicodeScalars.map {
            $0.properties.generalCategory == .control ? $0.escaped(asASCII: true) : "\($0)"
        }
        .joined()
    }

    /// A decoder's own words may quote what it could not decode.
    private static func describe(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        let (problem, context) =
            switch error {
            case .typeMismatch(let type, let context): ("no \(type)", Optional(context))
            case .valueNotFound(let type, let context): ("no value for a \(type)", context)
            case .keyNotFound(let key, let context): ("no key '\(key.stringValue)'", context)
            case .dataCorrupted(let context): ("no such value", context)
            @unknown default: ("not decodable", nil)
            }
        let path = context?.codingPath.map(\.stringValue).joined(separator: ".") ?? ""
        return path.isEmpty ? problem : "\(problem) at '\(path)'"
    }
}

extension PhotonPumpError {
    /// This error, with what was tried when it happened in front of its message.
    func during(_ operation: String, stream: String?) -> PhotonPumpError {
        var error = PhotonPumpError(
            self.code,
            "\(operation): \(self.message)",
            stream: self.stream ?? stream,
            eventNumber: self.eventNumber,
            conflict: self.conflict,
            serverMessage: self.serverMessage,
            underlying: self.underlying
        )
        error.endpoint = self.endpoint
        return error
    }
}
