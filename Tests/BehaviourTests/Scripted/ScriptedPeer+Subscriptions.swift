import PhotonPump
import PhotonPumpWire
import ScriptedPeers

/// What a server says to somebody who follows a stream.
extension ScriptedPeer {
    static func record(_ number: Int64, in stream: String = "s", type: String = "t") -> EventRecord {
        EventRecord(
            stream: Bytes(utf8: stream), number: number, id: GUID(1, UInt64(bitPattern: number)),
            type: Bytes(utf8: type),
            isJSON: false, data: Bytes(), metadata: Bytes(), created: 0
        )
    }

    /// Answers the next read of a stream, and tells where it was to begin.
    @discardableResult
    func answerRead(_ numbers: ClosedRange<Int64>? = nil, isEnd: Bool = true) async throws -> Int64 {
        try await self.answer(read: self.next(.readStreamEventsForward), numbers, isEnd: isEnd)
    }

    /// Answers a read of a stream, and tells where it was to begin.
    @discardableResult
    func answer(read request: Package, _ numbers: ClosedRange<Int64>?, isEnd: Bool = true) async throws -> Int64 {
        let from = try ReadStreamEvents(decoding: request.payload).from
        let page = ReadStreamEventsCompleted(
            result: .success,
            events: (numbers.map(Array.init) ?? []).map { ResolvedRecord(event: Self.record($0), link: nil) },
            nextEventNumber: (numbers?.upperBound ?? from - 1) + 1,
            lastEventNumber: (numbers?.upperBound ?? from - 1),
            isEndOfStream: isEnd,
            lastCommitPosition: 0
        )
        try await self.send(Package(.readStreamEventsForwardCompleted, request.correlation, payload: page.encoded()))
        return from
    }

    /// Confirms the next subscription, behind the event of this number (nil for none), and returns its id.
    func confirmSubscription(behind last: Int64?) async throws -> GUID {
        let request = try await self.next(.subscribeToStream)
        try await self.confirm(request, SubscriptionConfirmation(lastCommitPosition: 1000, lastEventNumber: last ?? -1))
        return request.correlation
    }

    func confirm(_ request: Package, _ confirmation: SubscriptionConfirmation) async throws {
        try await self.send(
            Package(.subscriptionConfirmation, request.correlation, payload: confirmation.encoded()))
    }

    /// Pushes an event to a subscriber.
    func push(_ record: ResolvedRecord, _ id: GUID, at position: Int64 = 2000) async throws {
        try await self.send(Self.pushed(record, id, at: position))
    }

    static func pushed(_ record: ResolvedRecord, _ id: GUID, at position: Int64 = 2000) -> Package {
        let event = PositionedRecord(record: record, commitPosition: position, preparePosition: position)
        return Package(.streamEventAppeared, id, payload: StreamEventAppeared(event: event).encoded())
    }

    func push(_ numbers: ClosedRange<Int64>, _ id: GUID) async throws {
        for number in numbers { try await self.push(ResolvedRecord(event: Self.record(number), link: nil), id) }
    }

    /// Answers the next request with this command with BadRequest.
    func refuse(_ command: Command, _ words: String) async throws {
        let request = try await self.next(command)
        try await self.send(Package(.badRequest, request.correlation, payload: Bytes(utf8: words)))
    }

    func drop(_ id: GUID, _ reason: SubscriptionDropped.Reason) async throws {
        try await self.send(
            Package(.subscriptionDropped, id, payload: SubscriptionDropped(reason: reason).encoded()))
    }
}
