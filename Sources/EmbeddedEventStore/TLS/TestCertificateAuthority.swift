public import Foundation
internal import PhotonPumpTransport

/// A certificate authority in this process that issues certificates for tests. Its key is not protected.
///
/// ```swift
/// let authority = try TestCertificateAuthority()
/// var configuration = EmbeddedServer.Configuration()
/// configuration.tls = .init(
///     certificate: try authority.issue(names: ["localhost", "127.0.0.1"]))
/// let file = try authority.write(to: directory) // for clients to trust
/// ```
public struct TestCertificateAuthority: Sendable {
    /// Its own, self-signed certificate, which clients have to trust; its key signs the certificates that it issues.
    public let certificate: TestCertificate

    /// - Parameters:
    ///   - name: the issuer name in its certificates.
    ///   - validity: when its own certificate is valid; from an hour ago until a year from now by default.
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/cannotIssue``.
    public init(
        name: String = "PhotonPump test authority",
        validity: Range<Date> = Self.usualValidity()
    ) throws {
        self.certificate = try CertificateRequest(subject: name, kind: .authority, validity: validity).selfSigned()
    }

    /// Issues a certificate for servers or clients, with a new key.
    ///
    /// - Parameters:
    ///   - names: the DNS names and numeric IP addresses that it is for; the first one is also its subject.
    ///   - validity: when it is valid; from an hour ago until a year from now by default.
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/cannotIssue``.
    public func issue(names: [String], validity: Range<Date> = Self.usualValidity()) throws -> TestCertificate {
        try CertificateRequest(subject: names.first ?? "nobody", kind: .leaf(names: names), validity: validity)
            .signed(by: self.certificate)
    }

    /// Writes its certificate, without the key, to `ca.pem` in an existing directory.
    ///
    /// - Throws: any error of the file system.
    public func write(to directory: URL) throws -> URL {
        let file = directory.appendingPathComponent("ca.pem")
        try Data(self.certificate.chain.utf8).write(to: file, options: .atomic)
        return file
    }

    /// From an hour ago until a year from now.
    public static func usualValidity() -> Range<Date> {
        let now = Date(milliseconds: Environment.system.milliseconds)
        return now.addingTimeInterval(-3_600)..<now.addingTimeInterval(365 * 86_400)
    }
}
