/// Bytes that are no frame. After one the reader no longer knows where the next frame starts, so the connection ends.
package enum FrameError: Error, Hashable, Sendable {
    /// A length of 0, or one that does not hold command, flags and correlation id.
    case tooShort(Int)
    /// A length above the limit, refused before any memory is set aside for it.
    case tooLong(Int, limit: Int)
    /// The peer's first bytes are the beginning of an HTTP message.
    case http(String)
    /// The credentials announced by flag 1 reach past the end of the frame.
    case brokenCredentials
}

extension FrameError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooShort(let length):
            "a frame of \(length) bytes, too short for command, flags and correlation id (\(Package.minimumLength))"
        case .tooLong(let length, let limit):
            "a frame of \(length) bytes, above the limit of \(limit)"
        case .http(let line):
            "HTTP instead of EventStore's TCP protocol (\"\(line)\"): this is probably the HTTP port"
        case .brokenCredentials:
            "a frame whose credentials reach past its end"
        }
    }
}
