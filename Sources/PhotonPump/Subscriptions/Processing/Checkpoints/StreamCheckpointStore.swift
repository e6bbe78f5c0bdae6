internal import PhotonPumpSystem
internal import Synchronization

/// A checkpoint in a stream of its own. Each save writes an event of type `Checkpoint`, whose data ``SubscriptionStart``
/// documents, and the server keeps only the last.
///
/// When you follow `$all`, exclude checkpoint streams with a filter. Otherwise every save is itself an event to follow,
/// and leads to the next save.
public final class StreamCheckpointStore<Place: Codable & Comparable & Hashable & Sendable>: CheckpointStore {
    /// The stream. Nothing else should write to it.
    public let stream: String
    private let client: Client
    private let options: CallOptions
    /// Whether the stream's `$maxCount` has been set.
    private let isLimited = Atomic(false)

    /// - Parameters:
    ///   - stream: the stream for the checkpoint; the first save creates it.
    ///   - client: the client to read and write the stream with.
    ///   - options: the timeout and credentials of each call. Reads go to the master unless the options say otherwise.
    public init(stream: String, client: Client, options: CallOptions = CallOptions()) {
        self.stream = stream
        self.client = client
        self.options = options
    }

    /// The checkpoint in the stream's last event; nil if the stream does not exist.
    ///
    /// - Throws: ``PhotonPumpError/Code/unreadableCheckpoint`` if the last event is not a checkpoint, or any error of
    ///   ``Client/getLastEvent(in:resolveLinks:options:)``.
    public func load() async throws -> SubscriptionStart<Place>? {
        var options = self.options
        options.requireMaster = options.requireMaster ?? true
        let event: ResolvedEvent
        do {
            event = try await self.client.getLastEvent(in: self.stream, resolveLinks: false, options: options)
        } catch let error as PhotonPumpError where error.code == .streamNotFound {
            return nil
        }
        do {
            return try SubscriptionStart<Place>(storedAs: event.data)
        } catch {
            throw PhotonPumpError(
                .unreadableCheckpoint,
                "event \(event.number) of '\(self.stream)' is not a checkpoint",
                during: "load the checkpoint", stream: self.stream, eventNumber: event.number, underlying: error)
        }
    }

    /// Writes the checkpoint as an event. Before the first, it sets the stream's `$maxCount` to 1, unless the stream
    /// has a `$maxCount` already.
    ///
    /// - Throws: as ``Client/publish(_:to:expecting:options:)`` and ``Client/editMetadata(of:attempts:options:_:)``.
    public func save(_ checkpoint: SubscriptionStart<Place>) async throws {
        try await self.client.asOneCall {
            if !self.isLimited.load(ordering: .relaxed) {
                try await self.client.editMetadata(of: self.stream, options: self.options) { metadata in
                    metadata.maxCount = metadata.maxCount ?? 1
                }
                self.isLimited.store(true, ordering: .relaxed)
            }
            let event = try NewEvent(type: "Checkpoint", body: checkpoint)
            _ = try await self.client.write([event], to: self.stream, carriesContext: false, self.options)
        }
    }
}
