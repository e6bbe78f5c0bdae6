/// On whose behalf a request is made.
enum Identity: Hashable {
    /// No credentials at all.
    case anonymous
    case user(name: String, groups: Set<String>)
    /// Credentials that are wrong. Nothing is done for them, not even what everybody may.
    case refused

    /// Nil for who is not logged in.
    var name: String? {
        if case .user(let name, groups: _) = self { name } else { nil }
    }

    /// The group whose members may do everything that anybody may.
    static let administrators = "$admins"
    /// The group whose members may look after the database.
    static let operators = "$ops"

    /// Whether one of `roles`, names of users and groups, is this user's; administrators have them all.
    func hasAny(of roles: Set<String>) -> Bool {
        guard case .user(let name, let groups) = self else { return false }
        return groups.contains(Self.administrators) || roles.contains(name) || !roles.isDisjoint(with: groups)
    }
}
