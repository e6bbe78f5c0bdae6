public import PhotonPumpSystem

/// Who may log in.
public struct User: Sendable, Hashable {
    /// The name to log in with.
    public let login: String
    /// For people.
    public let fullName: String
    /// What may be given rights; `$admins` and `$ops` have some from the start.
    public let groups: [String]
    /// Whether the user may not log in for now.
    public let isDisabled: Bool
    /// When the user was changed last; nil if the server does not tell.
    public let lastUpdated: Date?
}

extension User: Decodable {
    private enum CodingKeys: String, CodingKey {
        case loginName, fullName, groups, disabled, dateLastUpdated
    }

    /// From a server's answer.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.login = try values.decode(String.self, forKey: .loginName)
        self.fullName = try values.decodeIfPresent(String.self, forKey: .fullName) ?? ""
        self.groups = try values.decodeIfPresent([String].self, forKey: .groups) ?? []
        self.isDisabled = try values.decodeIfPresent(Bool.self, forKey: .disabled) ?? false
        self.lastUpdated = try values.decodeIfPresent(String.self, forKey: .dateLastUpdated)
            .flatMap(ServerDate.parse)
    }
}
