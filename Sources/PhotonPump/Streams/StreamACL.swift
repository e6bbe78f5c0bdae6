internal import PhotonPumpSystem

/// Who may do what with a stream: the users and groups that have each right.
///
/// `$all` stands for everyone; members of `$admins` may always do everything. If a right is nil, the server's settings
/// apply (by default, ordinary streams are open to everyone and system streams to administrators). If it is empty, only
/// administrators have it.
public struct StreamACL: Sendable, Hashable {
    /// Who may read events.
    public var read: [String]?
    /// Who may write events.
    public var write: [String]?
    /// Who may delete the stream.
    public var delete: [String]?
    /// Who may read the stream's metadata.
    public var readMetadata: [String]?
    /// Who may write the stream's metadata.
    public var writeMetadata: [String]?
    /// Entries under other keys of metadata that was read, each as JSON text, so that they survive an edit.
    private var others: [String: Payload] = [:]

    /// The given rights; where nil, the server's settings apply.
    public init(
        read: [String]? = nil,
        write: [String]? = nil,
        delete: [String]? = nil,
        readMetadata: [String]? = nil,
        writeMetadata: [String]? = nil
    ) {
        self.read = read
        self.write = write
        self.delete = delete
        self.readMetadata = readMetadata
        self.writeMetadata = writeMetadata
    }
}

extension StreamACL: Codable {
    private enum CodingKeys: String, CodingKey {
        case read = "$r"
        case write = "$w"
        case delete = "$d"
        case readMetadata = "$mr"
        case writeMetadata = "$mw"
    }

    /// A right of a single role is written as a string, others as arrays; both are read.
    private enum Roles: Codable {
        case one(String)
        case many([String])

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            self = try (try? value.decode(String.self)).map(Roles.one) ?? .many(value.decode([String].self))
        }

        func encode(to encoder: any Encoder) throws {
            var value = encoder.singleValueContainer()
            switch self {
            case .one(let role): try value.encode(role)
            case .many(let roles): try value.encode(roles)
            }
        }

        init(_ roles: [String]) {
            self = roles.count == 1 ? .one(roles[0]) : .many(roles)
        }

        var all: [String] {
            switch self {
            case .one(let role): [role]
            case .many(let roles): roles
            }
        }
    }

    /// Decodes the access list from a stream's metadata.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func roles(_ key: CodingKeys) throws -> [String]? { try values.decodeIfPresent(Roles.self, forKey: key)?.all }
        try self.init(
            read: roles(.read),
            write: roles(.write),
            delete: roles(.delete),
            readMetadata: roles(.readMetadata),
            writeMetadata: roles(.writeMetadata)
        )
    }

    /// Encodes the access list for a stream's metadata.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encodeIfPresent(self.read.map(Roles.init), forKey: .read)
        try values.encodeIfPresent(self.write.map(Roles.init), forKey: .write)
        try values.encodeIfPresent(self.delete.map(Roles.init), forKey: .delete)
        try values.encodeIfPresent(self.readMetadata.map(Roles.init), forKey: .readMetadata)
        try values.encodeIfPresent(self.writeMetadata.map(Roles.init), forKey: .writeMetadata)
    }
}

extension StreamACL {
    /// Decodes the JSON object that servers store.
    init(json: Payload) throws {
        self = try JSONDecoder().decode(StreamACL.self, from: Data(json))
        self.others = try RawMembers(json).all.filter { CodingKeys(rawValue: $0.key) == nil }
    }

    /// The JSON object that servers store.
    func json() throws -> Payload {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let rights = try RawMembers(encoder.encode(self)).all
        return Payload(try RawMembers.object(rights.merging(self.others) { right, _ in right }))
    }
}
