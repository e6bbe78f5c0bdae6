/// How TLS connections are made: which servers to trust, and how this client identifies itself.
public struct TLSSettings: Sendable, Hashable {
    /// Which server certificates to accept.
    public enum Trust: Sendable, Hashable {
        /// Certificates signed by an authority that the system trusts.
        case systemRoots
        /// Certificates signed by an authority in this PEM file, and no others.
        case authorities(file: String)
        /// Any certificate. Anyone between client and server can then read and change everything, including passwords.
        /// For experiments only.
        case insecureWithoutVerification
    }

    /// The client's own certificate and its private key: paths of PEM files.
    public struct ClientCertificate: Sendable, Hashable {
        /// The certificate, followed by those of intermediate authorities, if any.
        public var certificateFile: String
        /// The private key, not encrypted.
        public var keyFile: String

        /// Creates a client certificate from these files.
        public init(certificateFile: String, keyFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// Which server certificates to accept. Those signed by the system's authorities by default.
    public var trust = Trust.systemRoots
    /// The name that the server's certificate must contain; nil, the default, means the host that the client connects
    /// to.
    public var expectedHostName: String?
    /// Whether requests that servers accept over HTTP only may carry credentials without TLS where gossip has none
    /// either (see ``DiscoverySettings/gossipOverTLS``). False by default: such requests are then made over HTTPS, and fail
    /// if the server does not offer it. Anyone between client and server can read credentials that go without TLS.
    public var allowsCredentialsInClear = false
    /// The client's certificate; nil, the default, for servers that do not ask for one.
    public var clientCertificate: ClientCertificate?

    /// The defaults.
    public init() {}
}
