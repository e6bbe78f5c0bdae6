internal import PhotonPumpTransport
internal import PhotonPumpWire

/// A conversation and the caller that waits for it, with the types of both erased: what the client's table holds.
protocol OpenExchange: Sendable {
    /// The correlation id, which the caller made so that it can cancel by it.
    var id: GUID { get }

    /// Collects the request on `channel`.
    func send(on channel: PackageChannel)

    /// Takes the answer and ends the caller's wait.
    func received(_ package: Package, from endpoint: String)

    /// Ends the caller's wait with `error`, completed by what was tried.
    func fail(_ error: PhotonPumpError)

    /// Ends the caller's wait with `CancellationError`.
    func cancel()
}

/// The only place where a conversation's types are known to the client.
final class Exchange<C: Conversation>: OpenExchange {
    typealias Completion = @Sendable (Result<C.Output, any Error>) -> Void

    let id: GUID
    private let conversation: C
    private let completion: Completion

    /// - Parameter completion: runs exactly once, on the client's queue.
    init(_ conversation: C, id: GUID, completion: @escaping Completion) {
        self.conversation = conversation
        self.id = id
        self.completion = completion
    }

    func send(on channel: PackageChannel) {
        let request = self.conversation.request
        channel.send(request.message, request.command, self.id)
    }

    func received(_ package: Package, from endpoint: String) {
        switch self.step(package) {
        case .finish(let output):
            self.completion(.success(output))
        case .fail(var error):
            error.endpoint = endpoint
            self.completion(.failure(error))
        }
    }

    func fail(_ error: PhotonPumpError) {
        self.completion(.failure(error.during(self.conversation.operation, stream: self.conversation.stream)))
    }

    func cancel() {
        self.completion(.failure(CancellationError()))
    }

    private func step(_ package: Package) -> Step<C.Output> {
        let conversation = self.conversation
        guard package.command == conversation.replyCommand else {
            let (operation, stream) = (conversation.operation, conversation.stream)
            return .fail(CommonReplies.error(for: package, operation: operation, stream: stream))
        }
        do {
            return conversation.received(try C.Reply(decoding: package.payload))
        } catch {
            return .fail(.unreadable(error, operation: conversation.operation, stream: conversation.stream))
        }
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
