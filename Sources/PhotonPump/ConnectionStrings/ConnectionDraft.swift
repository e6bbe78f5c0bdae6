/// What a connection string says, setting by setting: some of these are one in the configuration.
struct ConnectionDraft {
    /// All of the configuration but how TLS is used.
    var configuration: Client.Configuration
    var usesTLS: Bool?
    var verifiesCertificates = true
    var authoritiesFile: String?
    var expectedHostName: String?
    var certificateFile: String?
    var keyFile: String?

    init(_ configuration: Client.Configuration = Client.Configuration()) {
        self.configuration = configuration
        self.usesTLS = configuration.tls == nil ? nil : true
        guard let tls = configuration.tls else { return }
        switch tls.trust {
        case .systemRoots: break
        case .authorities(let file): self.authoritiesFile = file
        case .insecureWithoutVerification: self.verifiesCertificates = false
        }
        self.expectedHostName = tls.expectedHostName
        self.certificateFile = tls.clientCertificate?.certificateFile
        self.keyFile = tls.clientCertificate?.keyFile
    }

    /// The configuration with what is said of TLS.
    var complete: Client.Configuration {
        var complete = self.configuration
        complete.tls = self.usesTLS == true ? self.tls : nil
        return complete
    }

    private var tls: TLSSettings {
        var tls = TLSSettings()
        if let authoritiesFile { tls.trust = .authorities(file: authoritiesFile) }
        if !self.verifiesCertificates { tls.trust = .insecureWithoutVerification }
        tls.expectedHostName = self.expectedHostName
        if let certificateFile, let keyFile {
            tls.clientCertificate = .init(certificateFile: certificateFile, keyFile: keyFile)
        }
        return tls
    }
}
