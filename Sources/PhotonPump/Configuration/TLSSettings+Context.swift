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

    /// The name that the certificate of the server at this endpoint must contain.
    func expectedName(of endpoint: Endpoint) -> String {
        self.expectedHostNames[endpoint.description] ?? self.expectedHostNames[endpoint.host] ?? self.expectedHostName
            ?? endpoint.host
    }

    private var trusted: TLSClientSettings.Trust {
        switch self.trust {
        case .systemRoots: .systemRoots
        case .authorities(let pem): .authorities(pem.source)
        case .insecureWithoutVerification: .anybody
        }
    }

    private var identity: TLSIdentity? {
        self.clientCertificate.map {
            TLSIdentity(certificates: $0.certificate.source, key: $0.key.source)
        }
    }
}

extension TLSSettings.PEM {
    fileprivate var source: PhotonPumpTransport.PEM {
        switch self {
        case .file(let path): .file(path)
        case .text(let text): .text(text)
        }
    }

    /// The path of the file; nil if it is text.
    var file: String? { if case .file(let path) = self { path } else { nil } }

    /// The path or the text.
    var value: String {
        switch self {
        case .file(let value), .text(let value): value
        }
    }
}
