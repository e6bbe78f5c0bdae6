import PhotonPump

/// Events and writes as `pump` prints them.
enum EventOutput {
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
        return "\(write.stream): \(numbers)"
            + (write.position.map { " at \($0)" } ?? ", already written")
    }

    private static func position(_ position: Position) -> JSON {
        .object([("commit", .integer(position.commit)), ("prepare", .integer(position.prepare))])
    }

    /// JSON on one line: a tabulator, line feed or carriage return in it can only be white space between its parts.
    static func oneLine(_ payload: Payload) -> String {
        let text = payload.withUnsafeBytes { String(decoding: self.withoutMark($0), as: UTF8.self) }
        var line: [UInt8] = []
        Printable.append(text, as: .json, to: &line)
        return String(decoding: line, as: UTF8.self)
    }

    /// A byte order mark in front of JSON is no part of it.
    static func withoutMark(_ json: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        json.starts(with: [0xEF, 0xBB, 0xBF]) ? UnsafeRawBufferPointer(rebasing: json.dropFirst(3)) : json
    }
}
