internal import Foundation
internal import Synchronization

/// A checkpoint in a stream of its own: an event of type `Checkpoint` with each save, of which the server keeps one.
///
/// Who follows `$all` should leave such streams out by a filter, or each save is an event that is followed by a save.
public final class StreamCheckpointStore<Place: Codable & Comparable & Hashable & Sendable>: CheckpointStore {
    /// The stream, which nothing else is written to.
    public let stream: String
    private let client: Client
    private let options: CallOptions
    /// Whether the server has been told to keep few events.
    private let isLimited = Atomic(false)

    /// - Parameters:
    ///   - stream: holds the checkpoint, and comes into being with the first one.
    ///   - client: reads and writes the stream.
    ///   - options: timeout and credentials of each call. It is the master that is read, unless they tell otherwise.
    public init(stream: String, client: Client, options: CallOptions = CallOptions()) {
        self.stream = stream
        self.client = client
        self.options = options
    }

    /// The checkpoint in the stream's last event; nil when the stream does not exist.
    ///
    /// - Throws: ``PhotonPumpError/Code/unreadableCheckpoint`` when the last event is no checkpoint, and as
    ///   ``Client/getLastEvent(in:resolveLinks:options:)``.
    public func load() async throws -> SubscriptionStart<Place>? {
        var options = self.options
        options.requireMaster = options.requireMaster ?? true
        let event: ResolvedEvent
        do {
            event = try await self.client.getLastEvent(in: self.stream, options: options)
        } catch let error as PhotonPumpError where error.code == .streamNotFound {
            return nil
        }
        do {
            return try event.decode(SubscriptionStart<Place>.self)
        } catch {
            throw PhotonPumpError(
                .unreadableCheckpoint, "load the checkpoint: event \(event.number) of '\(self.stream)' is none",
                stream: self.stream, eventNumber: event.number, underlying: error)
        }
    }

    /// Writes an event. The first time, the stream's `$maxCount` is set to 1 before, unless it has one.
    ///
    /// - Throws: as ``Client/publish(_:to:expecting:options:)`` and ``Client/editMetadata(of:attempts:options:_:)``.
    public func save(_ checkpoint: SubscriptionStart<Place>) async throws {
        if !self.isLimited.load(ordering: .relaxed) {
            try await self.client.editMetadata(of: self.stream, options: self.options) { metadata in
                metadata.maxCount = metadata.maxCount ?? 1
            }
            self.isLimited.store(true, ordering: .relaxed)
        }
        try await self.client.publishEvent(
            to: self.stream, type: "Checkpoint", body: checkpoint, options: self.options)
    }
}
