public import Foundation

/// A certificate authority in this process, whose certificates are for tests: its key is nobody's secret.
///
/// ```swift
/// let authority = try TestCertificateAuthority()
/// var configuration = EmbeddedServer.Configuration()
/// configuration.tls = .init(certificate: try authority.issue(names: ["localhost", "127.0.0.1"]))
/// let file = try authority.write(to: directory)     // for clients to trust
/// ```
public struct TestCertificateAuthority: Sendable {
    /// Its own certificate, signed by itself. Clients have to trust that; its key is what issues others.
    public let certificate: TestCertificate

    /// - Parameters:
    ///   - name: whom its certificates say that they are issued by.
    ///   - validity: when its own certificate is valid; from an hour ago until a year from now by default.
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/cannotIssue``.
    public init(
        name: String = "PhotonPump test authority",
        validity: Range<Date> = Self.usualValidity()
    ) throws {
        self.certificate = try CertificateRequest(subject: name, kind: .authority, validity: validity).selfSigned()
    }

    /// A certificate for servers and clients, with a new key.
    ///
    /// - Parameters:
    ///   - names: the DNS names and the numeric IP addresses that it is for; the first one is also its subject.
    ///   - validity: when it is valid; from an hour ago until a year from now by default.
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/cannotIssue``.
    public func issue(names: [String], validity: Range<Date> = Self.usualValidity()) throws -> TestCertificate {
        try CertificateRequest(subject: names.first ?? "nobody", kind: .leaf(names: names), validity: validity)
            .signed(by: self.certificate)
    }

    /// Writes `ca.pem`, its certificate without the key, into a directory that exists.
    ///
    /// - Throws: what the file system says.
    public func write(to directory: URL) throws -> URL {
        let file = directory.appendingPathComponent("ca.pem")
        try Data(self.certificate.chain.utf8).write(to: file, options: .atomic)
        return file
    }

    /// From an hour ago until a year from now.
    public static func usualValidity() -> Range<Date> {
        Date.now.addingTimeInterval(-3_600)..<Date.now.addingTimeInterval(365 * 86_400)
    }
}
