public import PhotonPumpSystem
internal import PhotonPumpWire

/// An error of this library: a ``code`` to branch on, and the details.
///
/// The functions of this library throw this error or `CancellationError`; errors of your own code (encoders, closures,
/// sequences) are passed through unchanged.
///
/// The library puts neither passwords nor the data of events into errors. A ``description`` includes that of the
/// ``underlying`` error as it is, for example one that your credentials provider threw. Only a `DecodingError` is
/// shortened, because it quotes what could not be decoded.
public struct PhotonPumpError: Error, Sendable {
    /// What happened.
    public let code: Code
    /// A sentence for people: what was attempted, on what, and what happened.
    public let message: String
    /// What was attempted, and on what, such as `read event 5 of 'ponies'`: the beginning of ``message``. nil for what
    /// concerns no single operation, such as a lost connection, and for most arguments that are refused before anything is
    /// attempted.
    public internal(set) var operation: String?
    /// The stream concerned, if any.
    public let stream: String?
    /// The event concerned, if any.
    public let eventNumber: Int64?
    /// Both versions, if the code is ``Code/wrongExpectedVersion``.
    public let conflict: VersionConflict?
    /// The server's own message, if it sent one, at most 1,000 characters of it; nil if it repeats the password.
    public private(set) var serverMessage: String?
    /// The error that caused this one, if any.
    public private(set) var underlying: (any Error)?
    /// How often the request was sent; 0 if it was never sent.
    public internal(set) var attempts = 0
    /// How long the call took; nil if the error occurred before the call began.
    public internal(set) var elapsed: Duration?
    /// Whether a write may have been applied although the server's answer is not known: also if that answer was lost, and
    /// what the server then refused was the repetition. It was not if every node that it was sent to has refused to serve
    /// it, or if the repetition of a write that servers recognise meets a conflict.
    public internal(set) var mayHaveBeenApplied = false
    /// Whether the call can be repeated without taking effect twice: true for reads, and for writes that the server
    /// recognises when they are repeated with the same events. (With `.any` and `.streamExists` it recognises recent
    /// events only; see ``Client/publish(_:to:expecting:options:)``.)
    public internal(set) var isSafeToRepeat = true
    /// When a sequence is published: how many of its events were written before the write that failed. Otherwise nil.
    public internal(set) var publishedBefore: Int?
    /// The server involved, as `host:port`; nil if no server was reached.
    public internal(set) var endpoint: String?
    /// The request, if it was made over HTTP, and the status it was answered with. Otherwise nil.
    public internal(set) var http: HTTPExchange?

    /// - Parameter operation: what was attempted; begins the message.
    package init(
        _ code: Code,
        _ message: String,
        during operation: String? = nil,
        stream: String? = nil,
        eventNumber: Int64? = nil,
        conflict: VersionConflict? = nil,
        serverMessage: String? = nil,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = (operation.map { "\($0): \(message)" } ?? message).shortened(to: Self.longestText)
        self.operation = operation
        self.stream = stream
        self.eventNumber = eventNumber
        self.conflict = conflict
        self.serverMessage = serverMessage.flatMap { $0.isEmpty ? nil : $0.shortened(to: Self.longestServerMessage) }
        self.underlying = (underlying as? PhotonPumpError)?.abridged ?? underlying
    }

    /// In Unicode scalars. A server may send a frame full of words, which would fill logs and take long to escape.
    private static let longestServerMessage = 1000
    /// The same for a message, and for a description.
    fileprivate static let longestText = 8000

    /// Leaves out what the server says if that has the user's password in it, which logs must not have.
    mutating func hide(_ login: Login?) {
        // Every text has the empty one in it.
        guard let login, !login.password.isEmpty, let serverMessage else { return }
        let basic = Data("\(login.name):\(login.password)".utf8).base64EncodedString()
        if serverMessage.contains(login.password) || serverMessage.contains(basic) { self.serverMessage = nil }
    }

    /// This error with at most one other cause, the first: what is tried again for hours, each time because of the last
    /// failure, must not carry the causes of all attempts along.
    private var abridged: PhotonPumpError {
        guard let cause = self.underlying as? PhotonPumpError, let first = cause.underlying as? PhotonPumpError else {
            return self
        }
        var error = self
        error.underlying = first
        return error
    }
}

extension PhotonPumpError: CustomStringConvertible {
    /// One line, in which control characters are escaped: the message, the server's message, the underlying error, the
    /// request over HTTP, how many events were written before, and the server. What is longer than 8,000 characters is cut.
    public var description: String {
        let text = self.text.shortened(to: Self.longestText)
        guard text.unicodeScalars.contains(where: Self.isUnfit) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if Self.isUnfit(scalar) {
                escaped += scalar.escaped(asASCII: true)
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Whether it could end the line, turn the text around it, or command a terminal.
    private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2028...0x202E, 0x2066...0x2069: true
        default: scalar.properties.generalCategory == .control
        }
    }

    /// As it is, with whatever characters others have put into it.
    private var text: String {
        var text = self.message
        if let serverMessage { text += ": \(serverMessage.split(whereSeparator: \.isNewline).joined(separator: " "))" }
        if let underlying { text += ": \(Self.describe(underlying))" }
        if let http { text += " (\(http))" }
        if let publishedBefore { text += " (after \(publishedBefore) events were written)" }
        if let endpoint { text += " [\(endpoint)]" }
        return text
    }

    /// A `DecodingError` may quote the data that it could not decode, and a `POSIXError` may be no more than a number.
    private static func describe(_ error: any Error) -> String {
        if let error = error as? PhotonPumpError { return error.text }
        if let error = error as? POSIXError { return String(cString: strerror(error.code.rawValue)) }
        guard let error = error as? DecodingError else { return "\(error)" }
        let (problem, keys) =
            switch error {
            case .typeMismatch(let type, let context): ("not of type \(type)", context.codingPath)
            case .valueNotFound(let type, let context): ("no value of type \(type)", context.codingPath)
            case .keyNotFound(let key, let context): ("no value", context.codingPath + [key])
            case .dataCorrupted(let context): ("invalid value", context.codingPath)
            @unknown default: ("not decodable", [])
            }
        let path = keys.reduce("") { path, key in
            if let index = key.intValue { return "\(path)[\(index)]" }
            return path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)"
        }
        return path.isEmpty ? problem : "\(path): \(problem)"
    }
}

extension PhotonPumpError: LocalizedError {
    /// The ``description``.
    public var errorDescription: String? { self.description }
}

extension PhotonPumpError {
    /// This error, with the attempted operation in front of its message.
    func during(_ operation: String, stream: String?) -> PhotonPumpError {
        var error = PhotonPumpError(
            self.code,
            self.message,
            during: operation,
            stream: self.stream ?? stream,
            eventNumber: self.eventNumber,
            conflict: self.conflict,
            serverMessage: self.serverMessage,
            underlying: self.underlying
        )
        error.endpoint = self.endpoint
        error.http = self.http
        return error
    }
}

extension String {
    /// The text, or its beginning and an ellipsis if it is longer.
    ///
    /// - Parameter limit: in Unicode scalars.
    func shortened(to limit: Int) -> String {
        guard self.utf8.count > limit else { return self }
        let beginning = self.unicodeScalars.prefix(limit)
        return beginning.endIndex == self.endIndex ? self : String(String.UnicodeScalarView(beginning)) + "…"
    }
}
