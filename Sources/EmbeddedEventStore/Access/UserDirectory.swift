internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The users of a server, and who of them may log in. Time, in milliseconds since 1970, is passed in.
struct UserDirectory {
    /// Somebody who can log in, unless that is disabled. The password is the user's, so that it is never printed.
    struct Account {
        fileprivate(set) var user: EmbeddedServer.User
        fileprivate(set) var isDisabled = false
        /// When any of it was changed last.
        fileprivate(set) var updated: Int64
    }

    /// What becomes of a change, with the names that clients read.
    enum Outcome: String {
        case success = "Success"
        case notFound = "NotFound"
        case conflict = "Conflict"
        case unauthorized = "Unauthorized"
        /// There are too many.
        case error = "Error"
    }

    /// The most that there can be, besides those that the server was made with.
    static let limit = 10_000

    private var byName: [String: Account]

    init(_ users: [EmbeddedServer.User], now: Int64) {
        let accounts = users.map { ($0.name, Account(user: $0, updated: now)) }
        self.byName = Dictionary(accounts) { first, _ in first }
    }

    /// By name.
    var all: [Account] { self.byName.inOrder.map(\.value) }

    subscript(name: String) -> Account? { self.byName[name] }

    /// Nil if there is no such user, the password is wrong, or the user is disabled.
    func identity(of login: Login) -> Identity? {
        guard let account = self.byName[login.name], !account.isDisabled, account.user.password == login.password else {
            return nil
        }
        return .user(name: account.user.name, groups: account.user.groups)
    }

    /// Whoever received no answer creates the user again, so the same user is no conflict.
    mutating func create(_ user: EmbeddedServer.User, now: Int64) -> Outcome {
        if let existing = self.byName[user.name] { return existing.user == user ? .success : .conflict }
        guard self.byName.count < Self.limit else { return .error }
        self.byName[user.name] = Account(user: user, updated: now)
        return .success
    }

    mutating func update(_ name: String, fullName: String, groups: Set<String>, now: Int64) -> Outcome {
        self.change(name, now: now) { account in
            account.user.fullName = fullName
            account.user.groups = groups
        }
    }

    mutating func setDisabled(_ isDisabled: Bool, _ name: String, now: Int64) -> Outcome {
        self.change(name, now: now) { $0.isDisabled = isDisabled }
    }

    mutating func resetPassword(of name: String, to password: String, now: Int64) -> Outcome {
        self.change(name, now: now) { $0.user.password = password }
    }

    /// - Parameter current: the password so far.
    mutating func changePassword(of name: String, from current: String, to password: String, now: Int64) -> Outcome {
        guard let account = self.byName[name] else { return .notFound }
        guard account.user.password == current else { return .unauthorized }
        return self.resetPassword(of: name, to: password, now: now)
    }

    mutating func delete(_ name: String) -> Outcome {
        self.byName.removeValue(forKey: name) == nil ? .notFound : .success
    }

    private mutating func change(_ name: String, now: Int64, _ change: (inout Account) -> Void) -> Outcome {
        guard var account = self.byName[name] else { return .notFound }
        change(&account)
        account.updated = now
        self.byName[name] = account
        return .success
    }
}
