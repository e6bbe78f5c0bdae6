import Foundation
import PhotonPump

/// Where the events since some time begin, on the understanding that they were written by a clock that only goes forward.
/// (It may go back where another node becomes the master, or somebody sets it.)
enum FirstSince {
    /// By halving a stream's event numbers: some twenty reads of one event for a million of them.
    ///
    /// - Returns: the number to read on from, which is above the last event if all are older.
    static func number(_ time: Date, in stream: String, _ client: Client) async throws -> Int64 {
        guard let last = try await self.event(.end, .backward, stream, client) else { return 0 }
        var (first, end) = (Int64(0), last.number + 1)
        while first < end {
            let middle = first + (end - first) / 2
            // Numbers of events that are gone lead to the next one that is there.
            guard let event = try await self.event(.number(middle), .forward, stream, client), event.number < end else {
                end = middle
                continue
            }
            if event.created < time { first = event.number + 1 } else { end = middle }
        }
        return first
    }

    private static func event(
        _ position: StreamPosition, _ direction: Direction, _ stream: String, _ client: Client
    ) async throws -> RecordedEvent? {
        let events = client.iter(stream, direction: direction, from: position, limit: 1, resolveLinks: false)
        for try await event in events { return event.received }
        return nil
    }

    /// By going back from the end, because a log can only be entered where an event begins.
    ///
    /// - Returns: nil if all events are older.
    static func position(_ time: Date, _ client: Client) async throws -> Position? {
        var first: Position?
        for try await event in client.iterAll(direction: .backward, resolveLinks: false) {
            if event.received.created < time { break }
            first = event.position
        }
        return first
    }
}
