internal import PhotonPumpWire

/// A user of the server. The password is never printed.
public struct Credentials: Sendable, Hashable {
    /// The user name: at most 255 bytes of UTF-8.
    public var username: String
    /// The password: at most 255 bytes of UTF-8, and not empty (servers reject a request with an empty password as
    /// malformed).
    public var password: String

    /// Creates a user with this name and password.
    public init(username: String, password: String) {
        self.username = username
        self.password = password
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The user's name, without the password.
    public var description: String { self.username }
    /// The user's name, without the password.
    public var debugDescription: String { self.username }
    /// Shows only the user's name, so that dumping settings does not reveal the password.
    public var customMirror: Mirror { Mirror(self, children: ["username": self.username]) }
}

extension Credentials {
    /// The credentials as they are sent over the wire.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the invalid part.
    func checked() throws(PhotonPumpError) -> Login {
        for (part, text) in [("user name", self.username), ("password", self.password)] where text.isEmpty {
            throw PhotonPumpError(.invalidConfiguration, "credentials: the \(part) is empty")
        }
        do {
            return try Login(name: self.username, password: self.password)
        } catch {
            throw PhotonPumpError(
                .invalidConfiguration,
                "credentials: the \(error.part) has \(error.count) bytes, more than \(Login.maximumBytes)"
            )
        }
    }
}
