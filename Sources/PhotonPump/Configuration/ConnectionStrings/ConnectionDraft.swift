/// The settings of a connection string, one by one; several of them may form one setting of the configuration.
struct ConnectionDraft {
    /// The configuration, except for how TLS is used.
    var configuration: Client.Configuration
    var usesTLS: Bool?
    var verifiesCertificates = true
    var authoritiesFile: String?
    var expectedHostName: String?
    var expectedHostNames: [String: String] = [:]
    var certificateFile: String?
    var keyFile: String?
    var allowsCredentialsInClear = false

    init(_ configuration: Client.Configuration = Client.Configuration()) {
        self.configuration = configuration
        self.usesTLS = configuration.tls == nil ? nil : true
        guard let tls = configuration.tls else { return }
        switch tls.trust {
        case .systemRoots: break
        case .authorities(let pem): self.authoritiesFile = pem.file
        case .insecureWithoutVerification: self.verifiesCertificates = false
        }
        self.expectedHostName = tls.expectedHostName
        self.expectedHostNames = tls.expectedHostNames
        self.certificateFile = tls.clientCertificate?.certificate.file
        self.keyFile = tls.clientCertificate?.key.file
        self.allowsCredentialsInClear = tls.allowsCredentialsInClear
    }

    /// The configuration, including how TLS is used.
    var complete: Client.Configuration {
        var complete = self.configuration
        complete.tls = self.usesTLS == true ? self.tls : nil
        return complete
    }

    private var tls: TLSSettings {
        var tls = TLSSettings()
        if let authoritiesFile { tls.trust = .authorities(.file(authoritiesFile)) }
        if !self.verifiesCertificates { tls.trust = .insecureWithoutVerification }
        tls.expectedHostName = self.expectedHostName
        tls.expectedHostNames = self.expectedHostNames
        tls.allowsCredentialsInClear = self.allowsCredentialsInClear
        if let certificateFile, let keyFile {
            tls.clientCertificate = .init(certificate: .file(certificateFile), key: .file(keyFile))
        }
        return tls
    }
}
