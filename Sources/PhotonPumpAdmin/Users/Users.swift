public import PhotonPump

/// The users of a server. But for ``current(options:)`` and ``changePassword(of:from:to:options:)``, which every user may
/// call, these are for administrators.
///
/// Passwords are part of requests, but never of errors or logs. Without TLS they can be read by whoever is on the way.
///
/// Real servers keep the logins that they have found right, so that for a second or two after a change they may still take
/// an old password, or let a disabled user in.
public struct Users: Sendable {
    let admin: Admin

    private struct Answer<Value: Decodable>: Decodable {
        let data: Value
    }

    // MARK: Reading

    /// All users.
    ///
    /// - Parameter options: the timeout and credentials of this call.
    /// - Throws: `PhotonPumpError`, such as `accessDenied` or `connectionFailed`; or `CancellationError`.
    public func list(options: CallOptions = CallOptions()) async throws -> [User] {
        let request = ServerRequest("list users", .get, ["users", ""])
        return try await self.admin.ask(request, as: Answer<[User]>.self, options).data
    }

    /// One user.
    ///
    /// - Parameters:
    ///   - login: the name to log in with.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: `PhotonPumpError`, such as `notFound`, `accessDenied` or `connectionFailed`; or `CancellationError`.
    public func get(_ login: String, options: CallOptions = CallOptions()) async throws -> User {
        let request = try Self.request("get user '\(login)'", .get, login)
        return try await self.admin.ask(request, as: Answer<User>.self, options).data
    }

    /// The user that this call is made as.
    ///
    /// - Parameter options: the timeout and credentials of this call.
    /// - Throws: `PhotonPumpError`: `accessDenied` if the server does not know the user, the password is wrong, or there is
    ///   no user; `connectionFailed`; or `CancellationError`.
    public func current(options: CallOptions = CallOptions()) async throws -> User {
        let request = ServerRequest("get the current user", .get, ["users", "$current"])
        return try await self.admin.ask(request, as: Answer<User>.self, options).data
    }

    // MARK: Changing

    private struct NewUser: Encodable {
        let loginName, fullName, password: String
        let groups: [String]
    }

    /// Creates a user. Doing that again with the same data, password included, succeeds.
    ///
    /// - Parameters:
    ///   - login: the name to log in with.
    ///   - fullName: for people.
    ///   - password: it must not be empty.
    ///   - groups: the groups that the user is in.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: `PhotonPumpError`, such as `alreadyExists` if there is a user of this name with other data, `accessDenied`
    ///   or `invalidArgument`; or `CancellationError`.
    public func create(
        _ login: String, fullName: String, password: String, groups: [String] = [],
        options: CallOptions = CallOptions()
    ) async throws {
        let operation = "create user '\(login)'"
        try Admin.check(login, of: "user", operation)
        guard !login.contains(where: { $0 == ":" || $0 == "\0" }) else {
            // HTTP would take the rest of the name for a part of the password.
            throw PhotonPumpError(
                .invalidArgument, "the user's name contains ':' or NUL, so it could not log in over HTTP",
                during: operation)
        }
        try Self.check(password: password, operation)
        var request = ServerRequest(operation, .post, ["users", ""])
        request.secrets = [password]
        request.body = try .json(
            NewUser(loginName: login, fullName: fullName, password: password, groups: groups))
        request.meaning = {
            $0.status == 409 ? (.alreadyExists, "there is a user of this name already, with other data") : nil
        }
        try await self.admin.ask(request, options)
    }

    private struct Change: Encodable {
        let fullName: String
        let groups: [String]
    }

    /// Replaces what is known of a user, but for the password.
    ///
    /// - Parameters:
    ///   - login: the name to log in with.
    ///   - fullName: for people.
    ///   - groups: the groups that the user is in.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: as ``get(_:options:)``.
    public func update(
        _ login: String, fullName: String, groups: [String], options: CallOptions = CallOptions()
    ) async throws {
        var request = try Self.request("update user '\(login)'", .put, login)
        request.body = try .json(Change(fullName: fullName, groups: groups))
        try await self.admin.ask(request, options)
    }

    /// Lets a user log in again. Does nothing if that is so already.
    ///
    /// - Parameters:
    ///   - login: the name to log in with.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: as ``get(_:options:)``.
    public func enable(_ login: String, options: CallOptions = CallOptions()) async throws {
        try await self.admin.ask(try Self.request("enable user '\(login)'", .post, login, "command", "enable"), options)
    }

    /// Lets a user no longer log in. Does nothing if that is so already. Connections that the user has stay.
    ///
    /// - Parameters:
    ///   - login: the name to log in with.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: as ``get(_:options:)``.
    public func disable(_ login: String, options: CallOptions = CallOptions()) async throws {
        try await self.admin.ask(
            try Self.request("disable user '\(login)'", .post, login, "command", "disable"), options)
    }

    /// Deletes a user.
    ///
    /// - Parameters:
    ///   - login: the name to log in with.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: as ``get(_:options:)``.
    public func delete(_ login: String, options: CallOptions = CallOptions()) async throws {
        try await self.admin.ask(try Self.request("delete user '\(login)'", .delete, login), options)
    }

    // MARK: Passwords

    private struct NewPassword: Encodable {
        let currentPassword: String?
        let newPassword: String
    }

    /// Replaces a user's password, as that user.
    ///
    /// - Parameters:
    ///   - login: the name to log in with; that of the user that the call is made as.
    ///   - current: the password until now.
    ///   - new: the password from now on; it must not be empty.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: `PhotonPumpError`, such as `accessDenied` if one of the passwords is wrong or this is another user,
    ///   `notFound` or `invalidArgument`; or `CancellationError`.
    public func changePassword(
        of login: String, from current: String, to new: String, options: CallOptions = CallOptions()
    ) async throws {
        try await self.setPassword(
            "change-password", "change password of user '\(login)'", login, current, new, options)
    }

    /// Replaces a user's password, as an administrator.
    ///
    /// - Parameters:
    ///   - login: the name to log in with.
    ///   - new: the password from now on; it must not be empty.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: `PhotonPumpError`, such as `notFound`, `accessDenied` or `invalidArgument`; or `CancellationError`.
    public func resetPassword(
        of login: String, to new: String, options: CallOptions = CallOptions()
    ) async throws {
        try await self.setPassword("reset-password", "reset password of user '\(login)'", login, nil, new, options)
    }

    private func setPassword(
        _ command: String, _ operation: String, _ login: String, _ current: String?, _ new: String,
        _ options: CallOptions
    ) async throws {
        try Self.check(password: new, operation)
        var request = try Self.request(operation, .post, login, "command", command)
        request.secrets = [new] + (current.map { [$0] } ?? [])
        request.body = try .json(NewPassword(currentPassword: current, newPassword: new))
        try await self.admin.ask(request, options)
    }

    // MARK: Requests

    private static func request(
        _ operation: String, _ method: HTTPMethod, _ login: String, _ page: String...
    ) throws -> ServerRequest {
        try Admin.check(login, of: "user", operation)
        var request = ServerRequest(operation, method, ["users", login] + page)
        request.meaning = { $0.status == 404 ? (.notFound, "there is no such user") : nil }
        return request
    }

    /// Without one, servers fail and never answer.
    private static func check(password: String, _ operation: String) throws(PhotonPumpError) {
        if password.isEmpty { throw PhotonPumpError(.invalidArgument, "the password is empty", during: operation) }
    }
}
