public import Foundation

/// A certificate with its private key, both in PEM.
public struct TestCertificate: Sendable, Hashable {
    /// The certificate, and after it those that vouch for it as far as clients do not have them.
    public var chain: String
    /// The private key, without a password.
    public var key: String

    /// A certificate made elsewhere.
    public init(chain: String, key: String) {
        self.chain = chain
        self.key = key
    }

    /// Writes `NAME.pem` and `NAME.key` into a directory that exists, over what is there; the key is for this user only.
    ///
    /// - Throws: what the file system says.
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

extension TestCertificate: CustomStringConvertible {
    /// The certificate alone: keys are never printed.
    public var description: String { self.chain }
}
