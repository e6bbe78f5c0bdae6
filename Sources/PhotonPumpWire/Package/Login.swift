/// Name and password as the header carries them: each at most 255 bytes of UTF-8, behind a byte with its length.
package struct Login: Hashable, Sendable {
    package static let maximumBytes = 255

    package let name: String
    package let password: String

    /// - Throws: ``LoginTooLong`` naming the part that does not fit.
    package init(name: String, password: String) throws(LoginTooLong) {
        for (part, text) in [("name", name), ("password", password)] where text.utf8.count > Self.maximumBytes {
            throw LoginTooLong(part: part, count: text.utf8.count)
        }
        self.name = name
        self.password = password
    }

    var encodedCount: Int { 2 + self.name.utf8.count + self.password.utf8.count }
}

/// A login that the header cannot carry.
package struct LoginTooLong: Error, Equatable {
    package let part: String
    package let count: Int

    package init(part: String, count: Int) {
        self.part = part
        self.count = count
    }
}

extension Login: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The name alone: passwords are never printed.
    package var description: String { self.name }
    package var debugDescription: String { self.name }
    package var customMirror: Mirror { Mirror(self, children: ["name": self.name]) }
}
