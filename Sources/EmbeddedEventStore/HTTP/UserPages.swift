internal import Foundation
internal import NIOHTTP1
internal import PhotonPumpTransport
internal import PhotonPumpWire

extension Route {
    /// The users, and what is done to them.
    static let users = [
        Route(.GET, "/users", for: .administrators) { server, request in
            let accounts = server.core.assumeIsolated { $0.store.users.all }
            return HTTPAnswer(json: FoundUsers(data: accounts.map { UserDocument($0, linkedAt: request.base) }))
        },
        Route(.GET, "/users/$current", for: .users) { server, request in
            server.user(request.identity.name ?? "") { UserDocument($0, updated: true) }
        },
        Route(.GET, "/users/{login}", for: .administrators) { server, request in
            server.user(request["login"]) { UserDocument($0, linkedAt: request.base) }
        },
        Route(.POST, "/users", for: .administrators) { try $0.createUser($1) },
        Route(.PUT, "/users/{login}", for: .administrators) { server, request in
            let new: NewUser = try request.document()
            return server.changeUser(request["login"]) {
                $0.update($1, fullName: new.fullName ?? "", groups: new.groups ?? [], now: $2)
            }
        },
        Route(.DELETE, "/users/{login}", for: .administrators) { server, request in
            server.changeUser(request["login"]) { users, name, _ in users.delete(name) }
        },
        Route(.POST, "/users/{login}/command/enable", for: .administrators) { server, request in
            server.changeUser(request["login"]) { $0.setDisabled(false, $1, now: $2) }
        },
        Route(.POST, "/users/{login}/command/disable", for: .administrators) { server, request in
            server.changeUser(request["login"]) { $0.setDisabled(true, $1, now: $2) }
        },
        Route(.POST, "/users/{login}/command/reset-password", for: .administrators) { server, request in
            let new: NewPassword = try request.document()
            guard let password = try new.password(of: request["login"]) else { return HTTPAnswer(.requestTimeout) }
            return server.changeUser(request["login"]) { $0.resetPassword(of: $1, to: password, now: $2) }
        },
        Route(.POST, "/users/{login}/command/change-password", for: .users) { server, request in
            let new: NewPassword = try request.document()
            guard let password = try new.password(of: request["login"]), let current = new.currentPassword else {
                return HTTPAnswer(.requestTimeout)
            }
            let mayChange = request.identity.hasAny(of: [request["login"]])
            return server.changeUser(request["login"]) { users, name, now in
                guard mayChange else { return .unauthorized }
                return users.changePassword(of: name, from: current, to: password, now: now)
            }
        },
    ]
}

// MARK: - Documents

/// What is to be known about a new or a changed user.
private struct NewUser: Decodable {
    var loginName: String?
    var fullName: String?
    var password: String?
    var groups: Set<String>?
}

private struct NewPassword: Decodable {
    var currentPassword: String?
    var newPassword: String?

    /// Nil if there is none.
    func password(of name: String) throws(HTTPRequest.MalformedBody) -> String? {
        if let newPassword { try Login.check(name, newPassword) }
        return self.newPassword
    }
}

extension Login {
    /// Throws if nobody could log in so.
    fileprivate static func check(_ name: String, _ password: String) throws(HTTPRequest.MalformedBody) {
        do {
            _ = try Login(name: name, password: password)
        } catch {
            let limit = "more than the \(Login.maximumBytes) that a login may have"
            throw HTTPRequest.MalformedBody(description: "The \(error.part) has \(error.count) bytes, \(limit).")
        }
    }
}

/// A user, with the members that clients read.
private struct UserDocument: Encodable {
    struct Link: Encodable {
        let href: String
        let rel: String
    }

    let loginName: String
    let fullName: String
    let groups: [String]
    var dateLastUpdated: String?
    let disabled: Bool
    var links: [Link]?

    /// - Parameter updated: whether to tell when it was changed.
    init(_ account: UserDirectory.Account, updated: Bool = false) {
        self.loginName = account.user.name
        self.fullName = account.user.fullName
        self.groups = account.user.groups.sorted()
        self.disabled = account.isDisabled
        if updated { self.dateLastUpdated = Date(milliseconds: account.updated).ISO8601Format(.iso8601WithFraction) }
    }

    /// - Parameter base: the address of the server.
    init(_ account: UserDirectory.Account, linkedAt base: String) {
        self.init(account)
        let page = "\(base)/users/\(PercentEncoding.encode(account.user.name))"
        let toggle = account.isDisabled ? "enable" : "disable"
        self.links = ["reset-password", "change-password", "edit", "delete", toggle].map { command in
            Link(href: ["edit", "delete"].contains(command) ? page : "\(page)/command/\(command)", rel: command)
        }
    }
}

/// One user, or several.
private struct FoundUsers<Users: Encodable>: Encodable {
    let data: Users
    let success = true
    let error = UserDirectory.Outcome.success.rawValue
}

private struct ChangedUser: Encodable {
    var loginName: String?
    let success: Bool
    let error: String

    init(_ loginName: String? = nil, _ outcome: UserDirectory.Outcome) {
        self.loginName = loginName
        self.success = outcome == .success
        self.error = outcome.rawValue
    }
}

// MARK: - Pages

extension EmbeddedServer {
    fileprivate func user(_ name: String, _ document: (UserDirectory.Account) -> UserDocument) -> HTTPAnswer {
        guard let account = self.core.assumeIsolated({ $0.store.users[name] }) else {
            return HTTPAnswer(.notFound, json: ChangedUser(nil, .notFound))
        }
        return HTTPAnswer(json: FoundUsers(data: document(account)))
    }

    /// A real server that is not told the password gives up on itself.
    fileprivate func createUser(_ request: HTTPRequest) throws(HTTPRequest.MalformedBody) -> HTTPAnswer {
        let new: NewUser = try request.document()
        guard let name = new.loginName, !name.isEmpty, let password = new.password else {
            return HTTPAnswer(.requestTimeout)
        }
        try Login.check(name, password)
        let user = User(name: name, password: password, groups: new.groups ?? [], fullName: new.fullName ?? "")
        let answer = self.changeUser(name) { users, _, now in users.create(user, now: now) }
        guard answer.status == .ok else { return answer }
        var created = answer.with("Location", "\(request.base)/users/\(PercentEncoding.encode(name))")
        created.status = .created
        return created
    }

    /// Makes a change for which the node needs the master, as for any write.
    fileprivate func changeUser(
        _ name: String,
        _ change: @Sendable (inout UserDirectory, _ name: String, _ now: Int64) -> UserDirectory.Outcome
    ) -> HTTPAnswer {
        guard self.role?.admission(of: .change(master: false)) == .served else {
            return HTTPAnswer(.serviceUnavailable)
        }
        let outcome = self.core.assumeIsolated { core in core.perform { change(&$0.users, name, $1) } }
        let document = ChangedUser(name, outcome)
        return switch outcome {
        case .success: HTTPAnswer(json: document)
        case .notFound: HTTPAnswer(.notFound, json: document)
        case .conflict: HTTPAnswer(.conflict, json: document)
        case .unauthorized: HTTPAnswer(.unauthorized, json: document).challenging()
        case .error: HTTPAnswer(.internalServerError, json: document)
        }
    }
}
