internal import PhotonPumpWire

/// What is sent in answer to one package, under its correlation id.
struct Answer {
    enum Content {
        case payload(Bytes)
        case message(any WireMessage)
    }

    var command: Command
    var content: Content
    /// Whether the connection ends with it.
    var isLast = false
    /// Whether it is sent after what the request causes others to be sent.
    var followsDeliveries = false
    /// For the server's log: more than the client is told.
    var note: String?

    /// The same, sent after what the request causes others to be sent.
    var followingDeliveries: Answer {
        var answer = self
        answer.followsDeliveries = true
        return answer
    }

    static func empty(_ command: Command) -> Answer {
        Answer(command: command, content: .payload(Bytes()))
    }

    static func message(_ message: some WireMessage, _ command: Command) -> Answer {
        Answer(command: command, content: .message(message))
    }

    static func text(_ text: String, _ command: Command) -> Answer {
        Answer(command: command, content: .payload(Bytes(utf8: text)))
    }
}

// The texts are those of EventStore, for clients that print them, where it has one.
extension Answer {
    /// A request that cannot be read, or that is illegal.
    static func notUnderstood(_ command: Command, detail: String = "", note: String? = nil) -> Answer {
        self.notUnderstood("\(command)", detail: detail, note: note)
    }

    /// The commands that servers without filters have no names for.
    static let filtered: Set<Command> = [
        .filteredReadAllEventsForward, .filteredReadAllEventsBackward, .filteredSubscribeToStream,
    ]

    /// A request that the server does not know.
    static func unknown(_ command: Command) -> Answer {
        let name = self.filtered.contains(command) ? "\(command.rawValue)" : "\(command)"
        return self.notUnderstood(name, note: "it is no request this server knows")
    }

    private static func notUnderstood(_ name: String, detail: String = "", note: String? = nil) -> Answer {
        var answer = Self.text("Could not unwrap network package for command \(name).\n\(detail)", .badRequest)
        answer.note = note
        return answer
    }

    /// The answer to a write, a delete or a step of a transaction that failed; nil to other commands.
    static func failedWrite(
        _ command: Command, _ payload: Bytes, _ result: OperationResult, _ text: String
    ) -> Answer? {
        switch command {
        case .writeEvents:
            return .message(WriteEventsCompleted(result: result, message: text), .writeEventsCompleted)
        case .deleteStream:
            return .message(DeleteStreamCompleted(result: result, message: text), .deleteStreamCompleted)
        case .transactionStart:
            let answer = TransactionStartCompleted(transactionID: -1, result: result, message: text)
            return .message(answer, .transactionStartCompleted)
        case .transactionWrite:
            let id = (try? TransactionWrite(decoding: payload))?.transactionID ?? -1
            let answer = TransactionWriteCompleted(transactionID: id, result: result, message: text)
            return .message(answer, .transactionWriteCompleted)
        case .transactionCommit:
            let id = (try? TransactionCommit(decoding: payload))?.transactionID ?? -1
            let answer = TransactionCommitCompleted(transactionID: id, result: result, message: text)
            return .message(answer, .transactionCommitCompleted)
        default:
            return nil
        }
    }

    static let trustedWriteRefused: Answer = {
        var answer = Self.text("Trusted writes aren't accepted over the external TCP interface", .badRequest)
        answer.isLast = true
        return answer
    }()

    /// Bytes that are not a package; nothing after them can be read.
    static func broken(_ error: FrameError, limit: Int) -> Answer {
        let text =
            switch error {
            case .tooShort(let length) where length == 0, .tooLong(let length, limit: _):
                "Invalid TCP frame received. Error: Package size is out of bounds: \(length) (max: \(limit)).."
            case .tooShort, .http, .brokenCredentials:
                "Received bad network package. Error: \(error)"
            }
        var answer = Self.text(text, .badRequest)
        answer.isLast = true
        return answer
    }

    static let filterSpentText = "The filter's expression takes too long."
    static let filterSpent: Answer = {
        var answer = Self.text(Self.filterSpentText, .badRequest)
        answer.note = Self.filterSpentText
        return answer
    }()

    static let loginMissing = Self.text("No user credentials provided.", .notAuthenticated)
    static let loginRefused = Self.text("Unauthorized", .notAuthenticated)
    static let loginTooEarly = Self.text("Server not yet ready", .notAuthenticated)
    static let requestRefused = Self.text("Not Authenticated", .notAuthenticated)
}
