/// A certificate to show, and what proves that it is ours.
package struct TLSIdentity: Hashable, Sendable {
    /// The certificate first, then those that vouch for it, as far as the peer does not have them.
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
    /// Shown to servers that ask for it.
    package var identity: TLSIdentity?

    package enum Trust: Hashable, Sendable {
        /// The authorities that the system trusts.
        case systemRoots
        /// These certificates alone, of authorities or of servers themselves.
        case authorities(PEM)
        /// Anybody, under any name: only the eavesdroppers who do nothing else are kept out.
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
    /// Who must have issued the certificate that every client has to show then; nil asks clients for none.
    package var clientAuthorities: PEM?

    package init(identity: TLSIdentity, clientAuthorities: PEM? = nil) {
        self.identity = identity
        self.clientAuthorities = clientAuthorities
    }
}
