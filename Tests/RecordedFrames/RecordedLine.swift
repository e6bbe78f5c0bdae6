internal import Foundation

/// One line of a recording, whatever it tells.
package struct RecordedLine: Sendable, Decodable {
    package enum Content: Sendable {
        case frame(RecordedFrame)
        /// Bytes sent by a client that are no frame, as they went over the wire.
        case broken([UInt8])
        /// One side closed the connection; a line with the other side follows.
        case closed(by: RecordedFrame.Direction)
    }

    /// Its place in the recording, from 1.
    package let seq: Int
    /// The number of the TCP connection within the recording.
    package let connection: Int
    /// What the client was doing; a label for people.
    package let step: String?
    package let content: Content

    private enum CodingKeys: String, CodingKey {
        case seq, step, direction, event
        case connection = "conn"
        case bytes = "bytes_hex"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.seq = try values.decode(Int.self, forKey: .seq)
        self.connection = try values.decode(Int.self, forKey: .connection)
        self.step = try values.decodeIfPresent(String.self, forKey: .step)
        switch try values.decodeIfPresent(String.self, forKey: .event) {
        case nil:
            self.content = .frame(try RecordedFrame(from: decoder))
        case "tcp-close":
            self.content = .closed(by: try values.decode(RecordedFrame.Direction.self, forKey: .direction))
        case "unframed":
            self.content = .broken(RecordedFrame.bytes(hex: try values.decode(String.self, forKey: .bytes)))
        case let event?:
            guard event == "bad-credentials-block" else {
                throw DecodingError.dataCorruptedError(forKey: .event, in: values, debugDescription: event)
            }
            let content = RecordedFrame.bytes(hex: try values.decode(String.self, forKey: .bytes))
            self.content = .broken(RecordedFrame.framed(content))
        }
    }
}

extension Recording {
    /// Everything that happened in the recording with this name, in order.
    package static func lines(_ name: String) throws -> [RecordedLine] {
        let lines = try String(contentsOf: Self.url(name), encoding: .utf8).split(separator: "\n")
        return try lines.map { try JSONDecoder().decode(RecordedLine.self, from: Data($0.utf8)) }
    }
}
