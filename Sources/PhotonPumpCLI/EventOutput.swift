import Foundation
import PhotonPump

/// Events and writes as `pump` prints them.
enum EventOutput {
    /// The event in JSON, on one line.
    static func json(_ event: ResolvedEvent) -> JSON { .object(self.members(event)) }

    private static func members(_ event: ResolvedEvent) -> [(String, JSON)] {
        var members = event.event.map(self.members) ?? self.noEvent
        members.append(("position", event.position.map(self.position) ?? .null))
        members.append(("link", event.link.map { .object(self.members($0)) } ?? .null))
        return members
    }

    /// The same, with the whole of what the server has noted.
    static func json(_ parked: ParkedEvent) -> JSON {
        let note = ("note", parked.note.map { JSON.string($0) } ?? .null)
        return .object(self.members(parked.event) + [("reason", parked.reason.map { .string($0) } ?? .null), note])
    }

    /// The same, with the reason.
    static func text(_ parked: ParkedEvent) -> String {
        Printable.line("\(self.words(parked.event))  (\(parked.reason ?? "no reason given"))")
    }

    /// The event for people, on one line.
    static func text(_ event: ResolvedEvent) -> String { Printable.line(self.words(event)) }

    private static func words(_ event: ResolvedEvent) -> String {
        let received = event.received
        let place = "\(received.number)@\(received.stream)"
        guard let recorded = event.event else { return "\(place)  \(received.type)  -> \(received.data.text) (gone)" }
        let origin = event.link == nil ? "" : "  -> \(recorded.number)@\(recorded.stream)"
        let data = recorded.isJSON ? self.oneLine(recorded.data) : "\(recorded.data.count) bytes"
        return "\(place)  \(recorded.type)\(origin)  \(data)"
    }

    static func json(_ write: WriteResult) -> JSON {
        .object([
            ("stream", .string(write.stream)),
            ("firstEventNumber", .integer(write.firstEventNumber)),
            ("lastEventNumber", .integer(write.lastEventNumber)),
            ("position", write.position.map(self.position) ?? .null),
        ])
    }

    static func json(deleted stream: String, at position: Position?) -> JSON {
        .object([("stream", .string(stream)), ("position", position.map(self.position) ?? .null)])
    }

    static func text(_ write: WriteResult) -> String {
        let numbers =
            switch write.lastEventNumber {
            case ..<write.firstEventNumber: "no events"
            case write.firstEventNumber: "event \(write.firstEventNumber)"
            default: "events \(write.firstEventNumber) to \(write.lastEventNumber)"
            }
        return "\(Printable.line(write.stream)): \(numbers)"
            + (write.position.map { " at \($0)" } ?? ", already written")
    }

    private static func position(_ position: Position) -> JSON {
        .object([("commit", .integer(position.commit)), ("prepare", .integer(position.prepare))])
    }

    private static func members(_ event: RecordedEvent) -> [(String, JSON)] {
        [
            ("stream", .string(event.stream)),
            ("number", .integer(event.number)),
            ("id", .string(event.id.uuidString.lowercased())),
            ("type", .string(event.type)),
            ("isJson", .bool(event.isJSON)),
            ("data", self.payload(event.data, isJSON: event.isJSON)),
            ("metadata", self.payload(event.metadata, isJSON: self.isJSON(event.metadata))),
            ("created", .string(event.created.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))),
        ]
    }

    /// The members of an event that is gone.
    private static var noEvent: [(String, JSON)] {
        ["stream", "number", "id", "type", "isJson", "data", "metadata", "created"].map { ($0, .null) }
    }

    /// JSON as it is, everything else, also what only claims to be JSON, as base64; nothing as null.
    private static func payload(_ payload: Payload, isJSON: Bool) -> JSON {
        if payload.isEmpty { return .null }
        if isJSON, self.isJSON(payload) { return .raw(self.oneLine(payload)) }
        return .object([("base64", .string(Data(payload).base64EncodedString()))])
    }

    /// In UTF-8, which has no zero bytes in JSON; UTF-16 and UTF-32 have nothing else around each part of it.
    private static func isJSON(_ payload: Payload) -> Bool {
        guard !payload.isEmpty, !payload.contains(0), String(validating: payload, as: UTF8.self) != nil else {
            return false
        }
        return (try? JSONSerialization.jsonObject(with: Data(payload), options: .fragmentsAllowed)) != nil
    }

    /// JSON on one line: a tabulator, line feed or carriage return in it can only be white space between its parts. A byte
    /// order mark in front of it is no part of it.
    static func oneLine(_ payload: Payload) -> String {
        let bytes = payload.starts(with: [0xEF, 0xBB, 0xBF]) ? payload.dropFirst(3) : payload.dropFirst(0)
        return Printable.line(
            String(decoding: bytes.map { [0x09, 0x0A, 0x0D].contains($0) ? 0x20 : $0 }, as: UTF8.self))
    }
}
