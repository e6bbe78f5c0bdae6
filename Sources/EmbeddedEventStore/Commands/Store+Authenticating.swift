internal import PhotonPumpWire

extension Store {
    /// What becomes of a login.
    enum LoginCheck {
        case accepted(Identity)
        case refused
        /// Refused, because the users are not known yet.
        case notReady
        /// Not even answered, because the users are not known yet.
        case ignored
    }

    func check(_ login: Login, _ role: Role) -> LoginCheck {
        switch role.loginsAtStart {
        case .ignored: return .ignored
        case .refused: return .refused
        case .notReady: return .notReady
        case nil: return self.identity(of: login).map { .accepted($0) } ?? .refused
        }
    }

    /// The answer to a login, which applies to the rest of the connection whatever becomes of it.
    func authenticate(_ package: Package, _ session: inout Session, _ role: Role) -> Answer? {
        guard let login = package.login else { return .loginMissing }
        (session.identity, session.pendingLogin) = (.anonymous, login)
        switch self.check(login, role) {
        case .accepted(let user):
            (session.identity, session.pendingLogin) = (user, nil)
            return .empty(.authenticated)
        case .refused: return .loginRefused
        case .notReady: return .loginTooEarly
        case .ignored: return nil
        }
    }
}
