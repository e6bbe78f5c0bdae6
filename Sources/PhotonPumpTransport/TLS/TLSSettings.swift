/// A certificate to present, and the private key that belongs to it.
package struct TLSIdentity: Hashable, Sendable {
    /// The certificate first, then those of its chain that the peer may not have.
    package var certificates: PEM
    package var key: PEM

    package init(certificates: PEM, key: PEM) {
        self.certificates = certificates
        self.key = key
    }
}

/// How a client speaks TLS.
package struct TLSClientSettings: Hashable, Sendable {
    package var trust: Trust
    /// Presented to servers that ask for it.
    package var identity: TLSIdentity?

    package enum Trust: Hashable, Sendable {
        /// The authorities that the system trusts.
        case systemRoots
        /// These certificates alone, of authorities or of servers themselves.
        case authorities(PEM)
        /// Anybody, under any name: this protects from passive eavesdroppers only.
        case anybody
    }

    package init(trust: Trust = .systemRoots, identity: TLSIdentity? = nil) {
        self.trust = trust
        self.identity = identity
    }
}

/// How a server speaks TLS.
package struct TLSServerSettings: Hashable, Sendable {
    package var identity: TLSIdentity
    /// The authorities that may issue client certificates, which every client then needs; nil asks clients for none.
    package var clientAuthorities: PEM?

    package init(identity: TLSIdentity, clientAuthorities: PEM? = nil) {
        self.identity = identity
        self.clientAuthorities = clientAuthorities
    }
}
