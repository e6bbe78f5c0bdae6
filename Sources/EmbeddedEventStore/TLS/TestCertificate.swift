public import Foundation

/// A certificate with its private key, both in PEM.
public struct TestCertificate: Sendable, Hashable {
    /// The certificate, followed by intermediate certificates that clients do not have.
    public var chain: String
    /// The private key, without a password.
    public var key: String

    /// Uses a certificate created elsewhere.
    public init(chain: String, key: String) {
        self.chain = chain
        self.key = key
    }

    /// Writes `NAME.pem` and `NAME.key` to an existing directory, replacing files with these names; the key is readable
    /// only by the current user.
    ///
    /// - Throws: any error of the file system.
    public func write(to directory: URL, name: String) throws -> (certificate: URL, key: URL) {
        let certificate = directory.appendingPathComponent("\(name).pem")
        let key = directory.appendingPathComponent("\(name).key")
        try Data(self.chain.utf8).write(to: certificate, options: .atomic)
        try? FileManager.default.removeItem(at: key)
        guard
            FileManager.default.createFile(
                atPath: key.path, contents: Data(self.key.utf8), attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: key.path]) }
        return (certificate, key)
    }
}

extension TestCertificate: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The certificate only: keys are never printed.
    public var description: String { self.chain }
    /// The same.
    public var debugDescription: String { self.description }
    /// The same, for `dump`.
    public var customMirror: Mirror { Mirror(self, children: ["chain": self.chain]) }
}
