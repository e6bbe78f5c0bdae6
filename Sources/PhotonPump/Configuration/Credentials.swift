internal import PhotonPumpWire

/// A user of the server. The password is never printed.
public struct Credentials: Sendable, Hashable {
    /// At most 255 bytes of UTF-8.
    public var username: String
    /// At most 255 bytes of UTF-8, not empty (servers take a request without one for a broken one).
    public var password: String

    /// The user with this name and password.
    public init(username: String, password: String) {
        self.username = username
        self.password = password
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The user's name.
    public var description: String { self.username }
    /// The user's name.
    public var debugDescription: String { self.username }
    /// The user's name alone, so that dumping settings does not show the password.
    public var customMirror: Mirror { Mirror(self, children: ["username": self.username]) }
}

extension Credentials {
    /// The same in the form that goes over the wire.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the part that cannot work.
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
