internal import PhotonPumpTransport

extension EmbeddedServer.Configuration {
    /// TLS on a port of its own.
    public struct TLS: Sendable, Hashable {
        /// The port; 0, the default, takes a free one and keeps it for later starts.
        public var port = 0
        /// The server's certificate. Clients look in it for the name or address that they connect to.
        public var certificate: TestCertificate
        /// The certificate, in PEM, of the authority that must have signed the certificate of every client; nil, the
        /// default, requires none of clients.
        public var clientAuthority: String?

        /// Creates settings with this certificate and defaults for everything else.
        public init(certificate: TestCertificate) {
            self.certificate = certificate
        }
    }
}

extension EmbeddedServer.Configuration.TLS {
    func makeContext() throws(EmbeddedServerError) -> TLSContext {
        do {
            return try TLSContext(
                server: TLSServerSettings(
                    identity: TLSIdentity(
                        certificates: .text(self.certificate.chain), key: .text(self.certificate.key)),
                    clientAuthorities: self.clientAuthority.map { .text($0) }
                )
            )
        } catch {
            throw EmbeddedServerError(.invalidConfiguration, "tls: \(error)")
        }
    }
}
