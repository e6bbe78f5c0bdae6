package import Foundation

/// One frame that a real server (4.1.4) and a client exchanged, as a recording proxy between them saw it.
package struct RecordedFrame: Sendable, Decodable {
    package enum Direction: String, Sendable, Decodable {
        case toServer = "client→server"
        case toClient = "server→client"
    }

    /// Its place in the recording, from 1.
    package let seq: Int
    /// The number of the TCP connection within the recording.
    package let connection: Int
    /// What the client was doing; a label for people.
    package let step: String?
    package let direction: Direction
    package let command: UInt8
    package let name: String
    package let flags: UInt8
    package let correlation: UUID
    package let login: String?
    package let password: String?
    package var payload: [UInt8]
    /// Whether the payload was made to be no message.
    package let isUndecodable: Bool

    private enum CodingKeys: String, CodingKey {
        case seq, step, direction, command, name, flags, correlation, login, password
        case connection = "conn"
        case payload = "payload_hex"
        case decoded
    }

    private enum DecodedKeys: String, CodingKey {
        case undecodable = "_undecodable"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.seq = try values.decode(Int.self, forKey: .seq)
        self.connection = try values.decode(Int.self, forKey: .connection)
        self.step = try values.decodeIfPresent(String.self, forKey: .step)
        self.direction = try values.decode(Direction.self, forKey: .direction)
        let command = try values.decode(String.self, forKey: .command)
        guard let byte = UInt8(command.dropFirst(2), radix: 16) else {
            throw DecodingError.dataCorruptedError(forKey: .command, in: values, debugDescription: command)
        }
        self.command = byte
        self.name = try values.decode(String.self, forKey: .name)
        self.flags = try values.decode(UInt8.self, forKey: .flags)
        self.correlation = try values.decode(UUID.self, forKey: .correlation)
        self.login = try values.decodeIfPresent(String.self, forKey: .login)
        self.password = try values.decodeIfPresent(String.self, forKey: .password)
        let decoded = try values.nestedContainer(keyedBy: DecodedKeys.self, forKey: .decoded)
        self.isUndecodable = decoded.contains(.undecodable)
        self.payload = Self.bytes(hex: try values.decode(String.self, forKey: .payload))
    }

    static func bytes(hex: String) -> [UInt8] {
        let hex = Array(hex.utf8)
        return stride(from: 0, to: hex.count - 1, by: 2).compactMap {
            UInt8(String(decoding: hex[$0...$0 + 1], as: UTF8.self), radix: 16)
        }
    }

    /// The frame's bytes, put together by the layout in the recording's description rather than by the code under test.
    package var bytes: [UInt8] {
        var content: [UInt8] = [self.command, self.flags]
        let u = self.correlation.uuid
        content += [u.3, u.2, u.1, u.0, u.5, u.4, u.7, u.6, u.8, u.9, u.10, u.11, u.12, u.13, u.14, u.15]
        if self.flags & 1 != 0 {
            for part in [self.login ?? "", self.password ?? ""] {
                content += [UInt8(part.utf8.count)] + Array(part.utf8)
            }
        }
        content += self.payload
        return Self.framed(content)
    }

    /// `content` behind its length.
    static func framed(_ content: [UInt8]) -> [UInt8] {
        let length = UInt32(content.count)
        return (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + content
    }
}

/// A recording: what one client and the server said in one scenario.
package struct Recording: Sendable {
    /// The scenario and the client, such as `write.dotnet`.
    package let name: String
    /// The frames, in order; broken bytes and closed connections are left out.
    package let frames: [RecordedFrame]

    /// The recording with this name.
    package init(_ name: String) throws {
        self.name = name
        let lines = try String(contentsOf: Self.url(name), encoding: .utf8).split(separator: "\n")
        self.frames = try lines.filter { $0.contains(#""payload_hex""#) }.map {
            try JSONDecoder().decode(RecordedFrame.self, from: Data($0.utf8))
        }
    }

    /// The names of all recordings, in order; empty when they are not there, which a test notices.
    package static let names: [String] = {
        let files = try? FileManager.default.contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil)
        return (files ?? []).map { $0.deletingPathExtension().lastPathComponent }.sorted()
    }()

    static func url(_ name: String) -> URL {
        self.folder.appendingPathComponent("\(name).jsonl")
    }

    private static let folder = Bundle.module.bundleURL.appendingPathComponent("Vectors")
}
