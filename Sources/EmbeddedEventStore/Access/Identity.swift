/// The user who makes a request.
enum Identity: Hashable {
    /// No credentials at all.
    case anonymous
    case user(name: String, groups: Set<String>)

    /// Nil if no one is logged in.
    var name: String? {
        if case .user(let name, groups: _) = self { name } else { nil }
    }

    /// The group whose members may do everything.
    static let administrators = "$admins"
    /// The group whose members may maintain the database.
    static let operators = "$ops"

    /// Whether one of `roles`, names of users and groups, applies to this user; administrators have all roles.
    func hasAny(of roles: Set<String>) -> Bool {
        guard case .user(let name, let groups) = self else { return false }
        return groups.contains(Self.administrators) || roles.contains(name) || !roles.isDisjoint(with: groups)
    }
}
