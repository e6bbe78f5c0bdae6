/// On whose behalf a request is made.
enum Identity: Hashable {
    /// No credentials at all.
    case anonymous
    case user(name: String, groups: Set<String>)
    /// Credentials that are wrong. Nothing is done for them, not even what everybody may.
    case refused

    /// The group whose members may do everything that anybody may.
    private static let administrators = "$admins"

    var isAdministrator: Bool {
        guard case .user(_, let groups) = self else { return false }
        return groups.contains(Self.administrators)
    }
}
