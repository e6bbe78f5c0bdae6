import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

/// A call, and an answer to it that no server should give.
struct Lie: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let call: @Sendable (Client) async throws -> Void
    let request: Command
    let answer: Package
    let code: PhotonPumpError.Code
    /// What the error says.
    let words: String

    /// - Parameter answer: the command of the answer; its payload.
    init(
        _ name: String, _ request: Command, _ answer: (Command, Bytes), _ words: String,
        code: PhotonPumpError.Code = .unexpectedReply, _ call: @escaping @Sendable (Client) async throws -> Void
    ) {
        self.testDescription = name
        self.call = call
        self.request = request
        self.answer = Package(answer.0, .zero, payload: answer.1)
        self.code = code
        self.words = words
    }

    /// Tells it to a client that has made other calls, which go on.
    func tell() async throws {
        try await ScriptedSession.run { session in
            let calling = Task { try await self.call(session.client) }
            let request = try await session.peer.next(self.request)
            async let ping = session.client.ping()
            let other = try await session.peer.next(.ping)
            try await session.peer.send(
                Package(self.answer.command, request.correlation, payload: self.answer.payload))
            let error = try await failure { try await calling.value }
            #expect(error.code == self.code, "\(error)")
            #expect("\(error)".contains(self.words), "\(error)")
            #expect(error.operation != nil && error.endpoint == session.client.configuration.target.description)
            try await session.peer.send(Package(.pong, other.correlation))
            _ = try await ping
            #expect(await session.client.load == ClientLoad())
        }
    }
}

/// What servers say, as far as it matters here.
enum Said {
    static func event(_ number: Int64, of stream: String = "ponies") -> (Command, Bytes) {
        let record = ResolvedRecord(event: ScriptedPeer.record(number, in: stream), link: nil)
        return (.readEventCompleted, ReadEventCompleted(result: .success, event: record).encoded())
    }

    /// A page of a stream, with more behind it.
    static func page(
        _ numbers: [Int64], of stream: String = "ponies", backward: Bool = false,
        result: ReadStreamEventsCompleted.Result = .success
    ) -> (Command, Bytes) {
        let page = ReadStreamEventsCompleted(
            result: result,
            events: numbers.map { ResolvedRecord(event: ScriptedPeer.record($0, in: stream), link: nil) },
            nextEventNumber: backward ? 0 : 1000, lastEventNumber: 2000, isEndOfStream: false, lastCommitPosition: 0)
        return (
            backward ? .readStreamEventsBackwardCompleted : .readStreamEventsForwardCompleted, page.encoded()
        )
    }

    /// A page of the log, with more behind it.
    static func log(
        _ positions: [Int64], backward: Bool = false, result: ReadAllEventsCompleted.Result? = nil
    ) -> (Command, Bytes) {
        let page = ReadAllEventsCompleted(
            commitPosition: 0, preparePosition: 0,
            events: positions.map {
                let record = ResolvedRecord(event: ScriptedPeer.record($0), link: nil)
                return PositionedRecord(record: record, commitPosition: $0, preparePosition: $0)
            },
            nextCommitPosition: backward ? 0 : 9000, nextPreparePosition: backward ? 0 : 9000, result: result)
        return (backward ? .readAllEventsBackwardCompleted : .readAllEventsForwardCompleted, page.encoded())
    }

    static func written(_ result: OperationResult) -> (Command, Bytes) {
        (.writeEventsCompleted, WriteEventsCompleted(result: result).encoded())
    }

    static func confirmed(_ name: String) -> (Command, Bytes) {
        let message = PersistentSubscriptionConfirmation(
            lastCommitPosition: 0, subscriptionID: name, lastEventNumber: nil)
        return (.persistentSubscriptionConfirmation, message.encoded())
    }
}
