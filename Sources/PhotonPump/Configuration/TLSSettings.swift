/// How TLS connections are made: which servers to trust, and how this client identifies itself.
public struct TLSSettings: Sendable, Hashable {
    /// Certificates or a private key in PEM. Printing it shows the path, and never the text.
    public enum PEM: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
        /// In the file with this path, which is read when a client is created.
        case file(String)
        /// This text, from a secret store for example. Connection strings cannot contain it.
        case text(String)

        /// The path of the file, or that it is text.
        public var description: String {
            switch self {
            case .file(let path): path
            case .text: "(PEM text)"
            }
        }

        /// The same, for `dump`.
        public var customMirror: Mirror { Mirror(self, children: ["pem": self.description]) }
    }

    /// Which server certificates to accept.
    public enum Trust: Sendable, Hashable {
        /// Certificates signed by an authority that the system trusts.
        case systemRoots
        /// Certificates signed by one of these authorities, and no others.
        case authorities(PEM)
        /// Any certificate. Anyone between client and server can then read and change everything, including passwords.
        /// For experiments only.
        case insecureWithoutVerification
    }

    /// The client's own certificate and its private key.
    public struct ClientCertificate: Sendable, Hashable {
        /// The certificate, followed by those of intermediate authorities, if any.
        public var certificate: PEM
        /// The private key, not encrypted.
        public var key: PEM

        /// Creates a client certificate.
        public init(certificate: PEM, key: PEM) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// Which server certificates to accept. Those signed by the system's authorities by default.
    public var trust = Trust.systemRoots
    /// The name that the server's certificate must contain; nil, the default, means the host that the client connects
    /// to.
    public var expectedHostName: String?
    /// The names that the certificates of single servers must contain, if they have names of their own and are reached by
    /// others: by the host that the client connects to, or by `host:port` (`[host]:port` for an IPv6 address), which takes
    /// precedence. Of a cluster, these are the hosts that its gossip tells, and those that gossip is asked of. What is not
    /// in it has ``expectedHostName``, or its host. Empty by default.
    ///
    /// ```swift
    /// tls.expectedHostNames = [
    ///     "10.0.0.1": "es-1.example.org", "10.0.0.2": "es-2.example.org",
    /// ]
    /// ```
    public var expectedHostNames: [String: String] = [:]
    /// Whether requests that servers accept over HTTP only may carry credentials without TLS where gossip has none
    /// either (see ``DiscoverySettings/gossipOverTLS``). False by default: such requests are then made over HTTPS, and fail
    /// if the server does not offer it. Anyone between client and server can read credentials that go without TLS.
    public var allowsCredentialsInClear = false
    /// The client's certificate; nil, the default, for servers that do not ask for one.
    public var clientCertificate: ClientCertificate?

    /// The defaults.
    public init() {}
}
