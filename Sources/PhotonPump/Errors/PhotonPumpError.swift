/// What went wrong: the ``code`` to branch on, and the facts around it.
///
/// Every throwing function of this library throws either this or `CancellationError`. No error contains a password
/// or the data of an event.
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
    /// One line: the message, the server's words, the error behind it, what was done before, and the server.
    public var description: String {
        var text = self.message
        if let serverMessage { text += ": \(serverMessage.split(whereSeparator: \.isNewline).joined(separator: " "))" }
        if let underlying { text += ": \(underlying)" }
        if let publishedBefore { text += " (after \(publishedBefore) events were written)" }
        if let endpoint { text += " [\(endpoint)]" }
        return text
    }
}
