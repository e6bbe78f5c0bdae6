import Foundation
import PhotonPump

/// Events in JSON, one on a line, made as bytes, because most of an event is only copied.
struct EventJSON {
    private var timestamps = Timestamps()

    /// Appends the event, without a line end.
    mutating func append(_ event: ResolvedEvent, to line: inout [UInt8]) {
        line.append(ascii: "{")
        self.appendMembers(of: event, to: &line)
        line.append(ascii: "}")
    }

    /// The same, with the whole of what the server has noted.
    mutating func append(_ parked: ParkedEvent, to line: inout [UInt8]) {
        line.append(ascii: "{")
        self.appendMembers(of: parked.event, to: &line)
        line.append(ascii: #","reason":"#)
        Self.append(parked.reason, to: &line)
        line.append(ascii: #","note":"#)
        Self.append(parked.note, to: &line)
        line.append(ascii: "}")
    }

    private mutating func appendMembers(of event: ResolvedEvent, to line: inout [UInt8]) {
        if let recorded = event.event {
            self.appendMembers(of: recorded, to: &line)
        } else {
            line.append(
                ascii: #""stream":null,"number":null,"id":null,"type":null,"isJson":null,"data":null,"#)
            line.append(ascii: #""metadata":null,"created":null"#)
        }
        line.append(ascii: #","position":"#)
        if let position = event.position {
            line.append(ascii: #"{"commit":"#)
            line.append(decimal: position.commit)
            line.append(ascii: #","prepare":"#)
            line.append(decimal: position.prepare)
            line.append(ascii: "}")
        } else {
            line.append(ascii: "null")
        }
        line.append(ascii: #","link":"#)
        if let link = event.link {
            line.append(ascii: "{")
            self.appendMembers(of: link, to: &line)
            line.append(ascii: "}")
        } else {
            line.append(ascii: "null")
        }
    }

    private mutating func appendMembers(of event: RecordedEvent, to line: inout [UInt8]) {
        line.append(ascii: #""stream":"#)
        Self.append(event.stream, to: &line)
        line.append(ascii: #","number":"#)
        line.append(decimal: event.number)
        line.append(ascii: #","id":""#)
        line.append(event.id)
        line.append(ascii: #"","type":"#)
        Self.append(event.type, to: &line)
        line.append(ascii: event.isJSON ? #","isJson":true,"data":"# : #","isJson":false,"data":"#)
        Self.append(event.data, isJSON: event.isJSON, to: &line)
        line.append(ascii: #","metadata":"#)
        Self.append(event.metadata, isJSON: true, to: &line)
        line.append(ascii: #","created":""#)
        self.timestamps.append(event.created, to: &line)
        line.append(ascii: #"""#)
    }

    private static func append(_ text: String?, to line: inout [UInt8]) {
        guard let text else { return line.append(ascii: "null") }
        line.append(ascii: #"""#)
        Printable.append(text, as: .quoted, to: &line)
        line.append(ascii: #"""#)
    }

    /// JSON as it is, without a byte order mark in front of it; everything else, also what only claims to be JSON, as
    /// base64; nothing as null.
    ///
    /// - Parameter isJSON: whether it may be JSON.
    private static func append(_ payload: Payload, isJSON: Bool, to line: inout [UInt8]) {
        if payload.isEmpty { return line.append(ascii: "null") }
        let isTaken = isJSON && payload.withUnsafeBytes { self.take($0, to: &line) }
        if isTaken { return }
        line.append(ascii: #"{"base64":""#)
        line.append(contentsOf: Data(payload).base64EncodedData())
        line.append(ascii: #""}"#)
    }

    /// - Returns: false if the bytes are not JSON; then nothing is appended.
    private static func take(_ bytes: UnsafeRawBufferPointer, to line: inout [UInt8]) -> Bool {
        let text = EventOutput.withoutMark(bytes)
        var scanner = JSONScanner(text)
        guard (try? scanner.document()) != nil else { return false }
        if scanner.isPlain { line.append(contentsOf: text) } else { Printable.append(text, as: .json, to: &line) }
        return true
    }
}
