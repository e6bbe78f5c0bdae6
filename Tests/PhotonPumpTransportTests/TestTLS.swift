import EmbeddedEventStore
import Foundation
import PhotonPumpTransport

/// Certificates for tests, and what is made of them.
struct TestTLS {
    let authority: TestCertificateAuthority

    init() throws {
        self.authority = try TestCertificateAuthority()
    }

    /// A server with a certificate of the authority.
    func server(
        names: [String] = ["localhost", "127.0.0.1", "::1"],
        validity: Range<Date> = TestCertificateAuthority.usualValidity(),
        clientAuthority: TestCertificateAuthority? = nil
    ) throws -> TLSContext {
        try Self.server(try self.authority.issue(names: names, validity: validity), clientAuthority: clientAuthority)
    }

    static func server(
        _ certificate: TestCertificate,
        clientAuthority: TestCertificateAuthority? = nil
    ) throws -> TLSContext {
        try TLSContext(
            server: TLSServerSettings(
                identity: Self.identity(certificate),
                clientAuthorities: clientAuthority.map { .text($0.certificate.chain) }
            )
        )
    }

    /// A client that trusts the authority.
    func client(certificate: TestCertificate? = nil) throws -> TLSContext {
        try TLSContext(
            client: TLSClientSettings(
                trust: .authorities(.text(self.authority.certificate.chain)),
                identity: certificate.map(Self.identity)
            )
        )
    }

    static func identity(_ certificate: TestCertificate) -> TLSIdentity {
        TLSIdentity(certificates: .text(certificate.chain), key: .text(certificate.key))
    }
}
