public import PhotonPumpSystem

extension Client {
    /// Writes one event whose data is `body` as JSON.
    ///
    /// - Parameters:
    ///   - stream: the stream to write to; the first event creates it.
    ///   - type: the event's type.
    ///   - body: the event's data.
    ///   - metadata: additional information, also encoded as JSON, by an encoder of its own.
    ///   - id: the event's id; a new one if nil. With an id of your own the call can be repeated without writing the
    ///     event twice. Without one it cannot, so ``PhotonPumpError/isSafeToRepeat`` is false if the event may have
    ///     been written.
    ///   - expected: what must be true of the stream.
    ///   - encoder: encodes `body`.
    ///   - metadataEncoder: encodes `metadata`.
    ///   - options: the timeout, credentials and node of this call.
    /// - Throws: as ``publish(_:to:expecting:options:)``, and as
    ///   ``NewEvent/init(id:type:body:metadata:encoder:metadataEncoder:)``.
    @discardableResult
    public nonisolated func publishEvent(
        to stream: String,
        type: String,
        body: some Encodable,
        metadata: (any Encodable)? = nil,
        id: UUID? = nil,
        expecting expected: ExpectedVersion = .any,
        encoder: JSONEncoder = JSONEncoder(),
        metadataEncoder: JSONEncoder = JSONEncoder(),
        options: CallOptions = CallOptions()
    ) async throws -> WriteResult {
        let event = try NewEvent(
            id: id, type: type, body: body, metadata: metadata, encoder: encoder, metadataEncoder: metadataEncoder)
        return try await self.publish(event, keepsID: id != nil, to: stream, expecting: expected, options)
    }

    /// Writes one event whose data is there as bytes: existing JSON, or anything else.
    ///
    /// ```swift
    /// try await client.publishEvent(
    ///     to: "photos", type: "PhotoTaken", data: photo, isJSON: false)
    /// ```
    ///
    /// - Parameters:
    ///   - stream: the stream to write to; the first event creates it.
    ///   - type: the event's type.
    ///   - data: the event's data, also as a string literal; `Payload(text)` makes it from a `String`.
    ///   - metadata: additional information; JSON, as a rule.
    ///   - isJSON: whether `data` is JSON; this is not checked.
    ///   - id: the event's id, as in
    ///     ``publishEvent(to:type:body:metadata:id:expecting:encoder:metadataEncoder:options:)``.
    ///   - expected: what must be true of the stream.
    ///   - options: the timeout, credentials and node of this call.
    /// - Throws: as ``publish(_:to:expecting:options:)``.
    @discardableResult
    public nonisolated func publishEvent(
        to stream: String,
        type: String,
        data: Payload,
        metadata: Payload = Payload(),
        isJSON: Bool,
        id: UUID? = nil,
        expecting expected: ExpectedVersion = .any,
        options: CallOptions = CallOptions()
    ) async throws -> WriteResult {
        let event = NewEvent(id: id, type: type, data: data, metadata: metadata, isJSON: isJSON)
        return try await self.publish(event, keepsID: id != nil, to: stream, expecting: expected, options)
    }

    /// Writes one event, as
    /// ``publishEvent(to:type:data:metadata:isJSON:id:expecting:options:)-(_,_,Payload,_,_,_,_,_)`` does.
    @discardableResult
    public nonisolated func publishEvent(
        to stream: String,
        type: String,
        data: some Collection<UInt8>,
        metadata: some Collection<UInt8> = Payload(),
        isJSON: Bool,
        id: UUID? = nil,
        expecting expected: ExpectedVersion = .any,
        options: CallOptions = CallOptions()
    ) async throws -> WriteResult {
        let event = NewEvent(id: id, type: type, data: data, metadata: metadata, isJSON: isJSON)
        return try await self.publish(event, keepsID: id != nil, to: stream, expecting: expected, options)
    }

    /// - Parameter keepsID: whether the next call with the same arguments writes the same event.
    private nonisolated func publish(
        _ event: NewEvent, keepsID: Bool, to stream: String, expecting expected: ExpectedVersion,
        _ options: CallOptions
    ) async throws -> WriteResult {
        do {
            return try await self.publish([event], to: stream, expecting: expected, options: options)
        } catch var error as PhotonPumpError where !keepsID && error.mayHaveBeenApplied {
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

    /// Writes events to a stream, one after another: all of them or none.
    ///
    /// If the answer is lost, the client finds out whether the events were written, and writes them if they were not; see
    /// <doc:Delivery>.
    ///
    /// Each event has an id, so you can repeat the call with the same events if its outcome is not known, for example
    /// because the task was cancelled. With `.version` or `.noStream` the server compares the ids with those in the
    /// stream, and does not write the events again. With `.any` and `.streamExists` it recognises only recent events,
    /// and forgets them when it restarts and when the master changes: repeating the call after that can write them again.
    ///
    /// - Parameters:
    ///   - events: the events to write, in order. If there are none, only the stream's version is checked.
    ///   - stream: the stream to write to; the first event creates it.
    ///   - expected: what must be true of the stream.
    ///   - options: the timeout, credentials and node of this call.
    /// - Returns: the numbers of the events, and their position in the log.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/wrongExpectedVersion`` with both versions,
    ///   ``PhotonPumpError/Code/streamDeleted``, ``PhotonPumpError/Code/accessDenied`` and, before anything is sent,
    ///   ``PhotonPumpError/Code/tooLarge``.
    @discardableResult
    public nonisolated func publish(
        _ events: [NewEvent],
        to stream: String,
        expecting expected: ExpectedVersion = .any,
        options: CallOptions = CallOptions()
    ) async throws -> WriteResult {
        try await self.write(events, to: stream, expecting: expected, options)
    }

    /// - Parameter carriesContext: whether the metadata may say which span the events come from.
    nonisolated func write(
        _ events: [NewEvent], to stream: String, expecting expected: ExpectedVersion = .any,
        carriesContext: Bool = true, _ options: CallOptions
    ) async throws -> WriteResult {
        let limits = WriteLimits(maximumFrameSize: self.configuration.maximumFrameSize)
        let write = try Publish(
            events,
            to: stream,
            expecting: expected,
            requireMaster: self.completed(options).requireMaster ?? true,
            limits: limits,
            carriesContext: carriesContext,
            ends: self.intake.knownEnds
        )
        return try await self.perform(write, options)
    }
}
