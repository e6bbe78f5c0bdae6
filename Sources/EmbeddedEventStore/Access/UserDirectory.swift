internal import PhotonPumpWire

/// The users of a server.
struct UserDirectory {
    private let users: [String: EmbeddedServer.User]

    init(_ users: [EmbeddedServer.User]) {
        self.users = Dictionary(users.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Nil if there is no such user, or the password is wrong.
    func identity(of login: Login) -> Identity? {
        guard let user = self.users[login.name], user.password == login.password else { return nil }
        return .user(name: user.name, groups: user.groups)
    }
}
