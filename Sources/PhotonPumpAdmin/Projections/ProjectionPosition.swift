public import PhotonPump
internal import PhotonPumpSystem

/// How far a projection has come in what it reads: in the log, or in streams.
public struct ProjectionPosition: Sendable, Hashable {
    /// The server's words.
    public let description: String
    /// The position in the log; nil if the projection reads streams alone.
    public let log: Position?
    /// The number of the last event of each stream; empty if the projection reads the log, and in statistics, where only
    /// ``description`` has them.
    public let streams: [String: Int64]

    /// From statistics, such as `C:125423/P:125423`; nil for none.
    init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        self.description = text
        self.streams = [:]
        let match = text.firstMatch(of: #/^C:(-?\d+)/P:(-?\d+)/#)
        self.log = match.flatMap { match in
            guard let commit = Int64(match.1), let prepare = Int64(match.2) else { return nil }
            return Position(commit: commit, prepare: prepare)
        }
    }

    /// From the header `ES-Position`, such as `{"$c":125423,"$p":125423}`; nil for none.
    init?(header: String?) {
        struct Tag: Decodable {
            let commit, prepare: Int64?
            let streams: [String: Int64]?

            private enum CodingKeys: String, CodingKey {
                case commit = "$c"
                case prepare = "$p"
                case streams = "$s"
            }
        }
        guard let header, !header.isEmpty else { return nil }
        let tag = try? JSONDecoder().decode(Tag.self, from: Data(header.utf8))
        self.description = header
        self.streams = tag?.streams ?? [:]
        self.log = tag.flatMap { tag in
            guard let commit = tag.commit, let prepare = tag.prepare else { return nil }
            return Position(commit: commit, prepare: prepare)
        }
    }
}

extension ProjectionPosition: CustomStringConvertible {}
