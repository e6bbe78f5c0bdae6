internal import PhotonPumpSystem

/// An event that a persistent subscription has parked, because a consumer said so or it was delivered too often.
public struct ParkedEvent: Sendable, Hashable {
    /// The event, found through the link in the stream of parked events, which is ``ResolvedEvent/received``: its number
    /// there, and when it was parked (``RecordedEvent/created``). The event itself is gone if it was deleted or truncated
    /// since.
    public let event: ResolvedEvent
    /// Why it was parked: the reason that the consumer gave, or what the server says if there was none, such as
    /// `Reached retry count of 10`. nil if the server has not noted it.
    public let reason: String?
    /// All that the server has noted: a line of its own, and after it the consumer's reason, if there was one.
    public let note: String?

    init(_ event: ResolvedEvent) {
        struct Note: Decodable { let reason: String? }
        self.event = event
        self.note = try? JSONDecoder().decode(Note.self, from: Data(event.received.metadata)).reason
        self.reason = self.note?.split(maxSplits: 1, whereSeparator: \.isNewline).last.map(String.init)
    }
}

extension Client {
    /// The events that a persistent subscription has parked, one after another, as
    /// ``iter(_:direction:from:limit:pageSize:resolveLinks:missingIsEmpty:options:)`` reads them; none if there is no such
    /// subscription.
    ///
    /// ```swift
    /// for try await parked in client.parkedEvents(of: "herd", to: "ponies") {
    ///     print(parked.event, parked.reason ?? "")
    /// }
    /// ```
    /// They are no longer parked once ``replayParkedEvents(of:to:httpPort:options:)`` has had them delivered again.
    ///
    /// - Parameters:
    ///   - group: the name of the persistent subscription.
    ///   - stream: the stream whose events it delivers.
    ///   - direction: from those parked first to those parked last, or the reverse.
    ///   - position: the first one, by its number among the parked events (that of ``ResolvedEvent/received``).
    ///   - limit: the most events to return in all; nil, the default, for all.
    ///   - pageSize: the most events to request at once; nil means ``Client/Configuration/pageSize``.
    ///   - options: the timeout, credentials and node of each single read. By default, only administrators may read these
    ///     events.
    public nonisolated func parkedEvents(
        of group: String,
        to stream: String,
        direction: Direction = .forward,
        from position: StreamPosition? = nil,
        limit: Int? = nil,
        pageSize: Int? = nil,
        options: CallOptions = CallOptions()
    ) -> some AsyncSequence<ParkedEvent, any Error> & Sendable {
        self.iter(
            StreamName.parked(of: group, to: stream), direction: direction, from: position, limit: limit,
            pageSize: pageSize, resolveLinks: true, missingIsEmpty: true, options: options
        ).map { ParkedEvent($0) }
    }
}
