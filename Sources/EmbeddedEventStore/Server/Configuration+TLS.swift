internal import PhotonPumpTransport

extension EmbeddedServer.Configuration {
    /// How a server speaks TLS, on a port of its own.
    public struct TLS: Sendable, Hashable {
        /// The port; 0, the default, takes a free one and keeps it for later starts.
        public var port = 0
        /// Shown to clients, who look for the name or address in it that they connect to.
        public var certificate: TestCertificate
        /// In PEM, the certificate of the authority that every client must have one of; nil, the default, asks clients
        /// for none.
        public var clientAuthority: String?

        /// TLS with this certificate, and the defaults.
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
