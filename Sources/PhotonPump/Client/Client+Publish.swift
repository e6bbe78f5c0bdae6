public import Foundation

extension Client {
    /// Writes one event whose data is `body` as JSON.
    ///
    /// - Parameters:
    ///   - stream: where to; it comes into being with its first event.
    ///   - type: what kind of event it is.
    ///   - body: the event's data.
    ///   - metadata: what is to be known besides, as JSON too.
    ///   - id: the event's id, a new one if nil. Repeating the call with the same one does not write the event again;
    ///     repeating it without may, and so ``PhotonPumpError/isSafeToRepeat`` is false when it may have been written.
    ///   - expected: what must be true of the stream.
    ///   - encoder: makes JSON of `body` and `metadata`.
    ///   - options: timeout, credentials and node of this call.
    /// - Throws: as ``publish(_:to:expecting:options:)``, and what `encoder` throws.
    @discardableResult
    public nonisolated func publishEvent(
        to stream: String,
        type: String,
        body: some Encodable,
        metadata: (any Encodable)? = nil,
        id: UUID? = nil,
        expecting expected: ExpectedVersion = .any,
        encoder: JSONEncoder = JSONEncoder(),
        options: CallOptions = CallOptions()
    ) async throws -> WriteResult {
        let event = try NewEvent(id: id, type: type, body: body, metadata: metadata, encoder: encoder)
        do {
            return try await self.publish([event], to: stream, expecting: expected, options: options)
        } catch var error as PhotonPumpError where id == nil && error.mayHaveBeenApplied {
            // The next call would make another id.
            error.isSafeToRepeat = false
            throw error
        }
    }

    /// Writes one event.
    ///
    /// - Throws: as ``publish(_:to:expecting:options:)``.
    @discardableResult
    public nonisolated func publishEvent(
        _ event: NewEvent,
        to stream: String,
        expecting expected: ExpectedVersion = .any,
        options: CallOptions = CallOptions()
    ) async throws -> WriteResult {
        try await self.publish([event], to: stream, expecting: expected, options: options)
    }

    /// Writes events one behind the other, all of them or none.
    ///
    /// Cancelling the task ends the wait; whether the events are written is then not known, and repeating the call
    /// with the same events is safe.
    ///
    /// - Parameters:
    ///   - events: what to write; their order is kept. With none, only the stream's version is checked.
    ///   - stream: where to; it comes into being with its first event.
    ///   - expected: what must be true of the stream.
    ///   - options: timeout, credentials and node of this call.
    /// - Returns: the numbers the events got, and their place in the log.
    /// - Throws: ``PhotonPumpError``, among others ``PhotonPumpError/Code/wrongExpectedVersion`` with both versions,
    ///   ``PhotonPumpError/Code/streamDeleted``, ``PhotonPumpError/Code/accessDenied`` and, before anything is sent,
    ///   ``PhotonPumpError/Code/tooLarge``.
    @discardableResult
    public nonisolated func publish(
        _ events: [NewEvent],
        to stream: String,
        expecting expected: ExpectedVersion = .any,
        options: CallOptions = CallOptions()
    ) async throws -> WriteResult {
        let limits = WriteLimits(maximumFrameSize: self.configuration.maximumFrameSize)
        let write = try Publish(
            events,
            to: stream,
            expecting: expected,
            requireMaster: self.completed(options).requireMaster ?? true,
            limits: limits
        )
        return try await self.perform(write, options)
    }
}
