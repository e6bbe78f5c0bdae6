/// The outcome of a write that may conflict with another writer.
public enum PublishOutcome: Sendable, Hashable {
    /// The events have been written.
    case written(WriteResult)
    /// The stream was not at the expected version; nothing was written.
    case conflict(VersionConflict)
}

extension Client {
    /// Writes events as ``publish(_:to:expecting:options:)`` does, but returns a conflict instead of throwing it.
    ///
    /// - Parameters:
    ///   - events: the events to write, in order.
    ///   - stream: the stream to write to.
    ///   - expected: what must be true of the stream.
    ///   - options: the timeout, credentials and node of this call.
    /// - Throws: as ``publish(_:to:expecting:options:)``, but never ``PhotonPumpError/Code/wrongExpectedVersion``.
    public nonisolated func tryPublish(
        _ events: [NewEvent],
        to stream: String,
        expecting expected: ExpectedVersion,
        options: CallOptions = CallOptions()
    ) async throws -> PublishOutcome {
        do {
            return .written(try await self.publish(events, to: stream, expecting: expected, options: options))
        } catch let error as PhotonPumpError where error.code == .wrongExpectedVersion {
            guard let conflict = error.conflict else { throw error }
            return .conflict(conflict)
        }
    }

    /// Passes unseen events to `decide` and writes what it returns. If another writer was faster, the events written
    /// meanwhile are passed on and `decide` is called again.
    ///
    /// ```swift
    /// var herd = Herd()
    /// try await client.publish(
    ///     to: "ponies",
    ///     deciding: { events in
    ///         for event in events { try herd.apply(event) }
    ///         return herd.isFull
    ///             ? [] : [try NewEvent(type: "PonyJoined", body: pony)]
    ///     })
    /// ```
    /// The stream is read from the master, so that recent writes are seen.
    ///
    /// - Parameters:
    ///   - stream: the stream to write to.
    ///   - number: the last event known already, or -1 (the default) for none. Only later events are passed on.
    ///   - attempts: how often to call `decide` at most, 1 or more.
    ///   - options: the timeout, credentials and node of each single call.
    ///   - decide: receives the events written since it was last called, and returns the events to write. If it returns
    ///     none, nothing is written.
    /// - Returns: what was written; nil if `decide` returned no events.
    /// - Throws: any error of `decide`; ``PhotonPumpError/Code/wrongExpectedVersion`` if the last attempt also met
    ///   another writer; and as ``publish(_:to:expecting:options:)``. If the events may have been written although no
    ///   answer came, ``PhotonPumpError/isSafeToRepeat`` is false: repeated, this call finds them in the stream and decides
    ///   anew. Where that must not happen twice, give the events ids that follow from the command, and decide on none when
    ///   one of them is there.
    @discardableResult
    public nonisolated func publish(
        to stream: String,
        after number: Int64 = -1,
        attempts: Int = 10,
        options: CallOptions = CallOptions(),
        deciding decide: ([ResolvedEvent]) async throws -> [NewEvent]
    ) async throws -> WriteResult? {
        try await self.asOneCall {
            var reading = options
            reading.requireMaster = options.requireMaster ?? true
            var last = number
            var attempt = 1
            while true {
                let unseen = try await self.events(of: stream, after: last, reading)
                last = max(last, unseen.lastNumber)
                let decision = try await decide(unseen.events)
                guard !decision.isEmpty else { return nil }
                do {
                    let expected = last < 0 ? ExpectedVersion.noStream : .version(last)
                    return try await self.publish(decision, to: stream, expecting: expected, options: options)
                } catch let error as PhotonPumpError where error.code == .wrongExpectedVersion && attempt < attempts {
                    attempt += 1
                } catch var error as PhotonPumpError where error.mayHaveBeenApplied {
                    // The same events could be written again, but it is the decision that would be made again.
                    error.isSafeToRepeat = false
                    throw error
                }
            }
        }
    }

    /// Does the same with events of the program's own types: passes the unseen ones to `decide`, and writes what it
    /// returns under the names that belong to the Swift types.
    ///
    /// ```swift
    /// var stable = Stable()
    /// try await client.publish(
    ///     to: "ponies", as: PonyEvent.types,
    ///     deciding: { events in
    ///         for event in events { stable.apply(event) }
    ///         return stable.isFull ? [] : [PonyJoined(pony: pony)]
    ///     })
    /// ```
    /// Where new events are to have metadata, or ids that follow from the command, use
    /// ``publish(to:after:attempts:options:deciding:)`` and ``EventTypes/newEvent(_:metadata:id:)``.
    ///
    /// - Parameters:
    ///   - stream: the stream to write to.
    ///   - types: the events that the program knows. Those of other types are left out.
    ///   - number: the last event known already, or -1 (the default) for none. Only later events are passed on.
    ///   - attempts: how often to call `decide` at most, 1 or more.
    ///   - options: the timeout, credentials and node of each single call.
    ///   - decide: receives the events written since it was last called, and returns the data of the events to write. If
    ///     it returns none, nothing is written.
    /// - Returns: what was written; nil if `decide` returned no events.
    /// - Throws: as ``publish(to:after:attempts:options:deciding:)`` and ``EventTypes/newEvent(_:metadata:id:)``; and
    ///   ``PhotonPumpError/Code/undecodableEvent`` if an event that the program knows cannot be decoded.
    @discardableResult
    public nonisolated func publish<Event>(
        to stream: String,
        as types: EventTypes<Event>,
        after number: Int64 = -1,
        attempts: Int = 10,
        options: CallOptions = CallOptions(),
        deciding decide: ([Event]) async throws -> [any Encodable]
    ) async throws -> WriteResult? {
        try await self.publish(to: stream, after: number, attempts: attempts, options: options) { unseen in
            try await decide(unseen.decoded(by: types)).map { try types.newEvent($0) }
        }
    }

    /// What a stream has after the event with this number, and the number of its last event: also of one that cannot
    /// be read any more, because the stream was deleted or truncated, or the event is too old.
    private nonisolated func events(
        of stream: String, after number: Int64, _ options: CallOptions
    ) async throws -> (events: [ResolvedEvent], lastNumber: Int64) {
        var events: [ResolvedEvent] = []
        // There is nothing to read after the largest number, and asking for it is refused.
        var from = StreamPosition.number(max(number, -1) &+ 1)
        do {
            while true {
                let slice = try await self.get(stream, from: from, options: options)
                events += slice.events
                guard !slice.isEndOfStream, let next = slice.next else { return (events, slice.lastEventNumber) }
                from = next
            }
        } catch let error as PhotonPumpError where error.code == .streamNotFound {
            let end = try await self.perform(SearchStream(stream, from: ReadOneEvent.last, atMost: 1), options)
            // Somebody may have written to it just now; then the write meets a conflict, and all is read again.
            return ([], end.isAbsent ? end.lastNumber : -1)
        }
    }
}
