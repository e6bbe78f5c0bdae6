internal import PhotonPumpTransport

extension TLSSettings {
    /// The TLS context that all connections with these settings share. Reads the certificate files.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the invalid file.
    func context() throws(PhotonPumpError) -> TLSContext {
        do {
            return try TLSContext(client: TLSClientSettings(trust: self.trusted, identity: self.identity))
        } catch {
            throw PhotonPumpError(.invalidConfiguration, "tls", underlying: error)
        }
    }

    private var trusted: TLSClientSettings.Trust {
        switch self.trust {
        case .systemRoots: .systemRoots
        case .authorities(let file): .authorities(.file(file))
        case .insecureWithoutVerification: .anybody
        }
    }

    private var identity: TLSIdentity? {
        self.clientCertificate.map {
            TLSIdentity(certificates: .file($0.certificateFile), key: .file($0.keyFile))
        }
    }
}
