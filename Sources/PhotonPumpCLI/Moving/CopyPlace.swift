import Foundation
import PhotonPump

/// How far a copy has come: the last event of the source that is in the target, or was left out.
struct CopyPlace: Codable, Equatable, Sendable {
    static let type = "PumpCopyPlace"
    /// What the metadata of a stream with places contains: it is not moved on any more than they are.
    static let mark = "pumpCopyPlace"

    let from: String
    let to: String
    /// In a stream.
    var number: Int64?
    /// In `$all`.
    var position: Position?
    /// By which the event is recognised.
    let id: UUID
    /// Events copied in all, with those of earlier runs.
    var copied: Int64

    init(_ event: ResolvedEvent, from: String, to: String, copied: Int64) {
        self.from = from
        self.to = to
        if let position = event.position { self.position = position } else { self.number = event.received.number }
        self.id = event.received.id
        self.copied = copied
    }

    /// Whether this is the place of `event`, or behind it.
    func covers(_ event: ResolvedEvent) -> Bool {
        if let position { return event.position.map { $0 <= position } ?? false }
        return self.number.map { event.received.number <= $0 } ?? false
    }
}

/// Where a copy keeps its place: a stream of the target. It is written after what it stands for, so that a copy that was
/// killed at any moment finds at most events behind its place that are there already.
struct CopyPlaceStore {
    private let client: Client
    let stream: String
    private(set) var saved: CopyPlace?
    private var expected: ExpectedVersion

    /// - Throws: ``InputError`` if the place there is that of another copy.
    init(_ client: Client, stream: String, from: String, to: String) async throws {
        self.client = client
        self.stream = stream
        self.expected = .noStream
        let events = client.iter(stream, direction: .backward, limit: 1, resolveLinks: false, missingIsEmpty: true)
        for try await event in events {
            guard event.type == CopyPlace.type, let place = try? event.decode(CopyPlace.self), place.from == from,
                place.to == to
            else { throw InputError("'\(stream)' does not hold the place of a copy of '\(from)' to '\(to)'") }
            self.saved = place
            self.expected = .version(event.number)
        }
    }

    /// - Throws: ``InputError`` if another copy has saved a place meanwhile.
    mutating func save(_ place: CopyPlace) async throws {
        if place == self.saved { return }
        do {
            if self.expected == .noStream {
                try await self.client.editMetadata(of: self.stream) { metadata in
                    metadata.maxCount = 1
                    metadata.custom[CopyPlace.mark] = "true"
                }
            }
            let event = try NewEvent(type: CopyPlace.type, body: place)
            self.expected = try await self.client.publish([event], to: self.stream, expecting: self.expected)
                .nextExpectedVersion
        } catch let error as PhotonPumpError where error.code == .wrongExpectedVersion {
            throw InputError("another copy to '\(place.to)' is running: it has saved its place in '\(self.stream)'")
        }
        self.saved = place
    }
}
