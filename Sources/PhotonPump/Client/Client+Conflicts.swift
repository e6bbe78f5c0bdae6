/// What became of a write that may meet another writer's.
public enum PublishOutcome: Sendable, Hashable {
    /// The events are written.
    case written(WriteResult)
    /// The stream was not at the expected version, and nothing is written.
    case conflict(VersionConflict)
}

extension Client {
    /// Writes events as ``publish(_:to:expecting:options:)`` does, with a conflict as a value instead of an error.
    ///
    /// - Parameters:
    ///   - events: what to write; their order is kept.
    ///   - stream: where to.
    ///   - expected: what must be true of the stream.
    ///   - options: timeout, credentials and node of this call.
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

    /// Writes what `decide` makes of the events that it has not seen, again and again until nobody has written
    /// meanwhile.
    ///
    /// ```swift
    /// var herd = Herd()
    /// try await client.publish(to: "ponies", deciding: { events in
    ///     for event in events { try herd.apply(event) }
    ///     return herd.isFull ? [] : [try NewEvent(type: "PonyJoined", body: pony)]
    /// })
    /// ```
    /// The stream is read on the master, so that what was just written is seen.
    ///
    /// - Parameters:
    ///   - stream: where to.
    ///   - number: the last event known already; -1, which is the default, for none. Only later ones are passed on.
    ///   - attempts: how often to decide at most, 1 or more.
    ///   - options: timeout, credentials and node of each single call.
    ///   - decide: is called with the events written since it was called last, and returns what to write; nothing to
    ///     write nothing.
    /// - Returns: what was written; nil when `decide` wanted nothing.
    /// - Throws: what `decide` throws; ``PhotonPumpError/Code/wrongExpectedVersion`` when the last attempt met another
    ///   writer too; and as ``publish(_:to:expecting:options:)``.
    @discardableResult
    public nonisolated func publish(
        to stream: String,
        after number: Int64 = -1,
        attempts: Int = 10,
        options: CallOptions = CallOptions(),
        deciding decide: ([ResolvedEvent]) async throws -> [NewEvent]
    ) async throws -> WriteResult? {
        var reading = options
        reading.requireMaster = options.requireMaster ?? true
        var last = number
        var attempt = 1
        while true {
            let unseen = try await self.events(of: stream, after: last, reading)
            if let seen = unseen.last { last = seen.received.number }
            let decision = try await decide(unseen)
            guard !decision.isEmpty else { return nil }
            do {
                let expected = last < 0 ? ExpectedVersion.noStream : .version(last)
                return try await self.publish(decision, to: stream, expecting: expected, options: options)
            } catch let error as PhotonPumpError where error.code == .wrongExpectedVersion && attempt < attempts {
                attempt += 1
            }
        }
    }

    private nonisolated func events(
        of stream: String, after number: Int64, _ options: CallOptions
    ) async throws -> [ResolvedEvent] {
        var events: [ResolvedEvent] = []
        do {
            // Behind the largest number there is nothing to read, which is refused as such.
            let from = StreamPosition.number(max(number, -1) &+ 1)
            for try await event in self.iter(stream, from: from, options: options) { events.append(event) }
        } catch let error as PhotonPumpError where error.code == .streamNotFound {
            return []
        }
        return events
    }
}
