/// How TLS connections are made: whom to trust, and as whom to appear.
public struct TLSSettings: Sendable, Hashable {
    /// Whose certificates are accepted.
    public enum Trust: Sendable, Hashable {
        /// Those signed by an authority that the system trusts.
        case systemRoots
        /// Those signed by an authority in this PEM file, and no others.
        case authorities(file: String)
        /// Anybody's: whoever is in between can read and change everything, passwords included. For experiments.
        case insecureWithoutVerification
    }

    /// The certificate with which this client proves who it is, and its private key: paths of PEM files.
    public struct ClientCertificate: Sendable, Hashable {
        /// The certificate, followed by those of intermediate authorities, if there are any.
        public var certificateFile: String
        /// The private key, not encrypted.
        public var keyFile: String

        /// The certificate and key in these files.
        public init(certificateFile: String, keyFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// Whose certificates are accepted. Those of the system's authorities.
    public var trust = Trust.systemRoots
    /// The name that must be in the server's certificate; nil, the default, means the host that is connected to.
    public var expectedHostName: String?
    /// nil, the default, for servers that do not ask for one.
    public var clientCertificate: ClientCertificate?

    /// The defaults.
    public init() {}
}
