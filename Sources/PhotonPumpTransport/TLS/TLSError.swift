/// Why TLS with a peer, or with these settings, is impossible.
package enum TLSError: Error, Hashable, Sendable {
    /// No trusted authority has signed the certificate, or one of its chain.
    case unknownAuthority(CertificateSummary)
    /// The certificate is self-signed, and not trusted.
    case selfSigned(CertificateSummary)
    case wrongName(expected: String, CertificateSummary)
    case expired(CertificateSummary)
    case notYetValid(CertificateSummary)
    /// The certificate cannot be accepted for another reason.
    case unacceptable(CertificateSummary, reason: String)
    /// What the peer sends is not TLS.
    case notTLS
    /// Both sides speak TLS, but have no version or cipher in common.
    case nothingInCommon(reason: String)
    /// The peer does not accept the certificate it was shown.
    case certificateRefused(reason: String)
    /// The peer asked for a certificate, and there is none to show.
    case certificateWanted
    /// The peer was asked for a certificate and showed none.
    case noCertificate
    case pem(PEMProblem, PEM, holding: Contents)
    /// The key is not that of the certificate.
    case keyMismatch(certificate: CertificateSummary)
    /// The name expected of the server is not a valid name.
    case impossibleName(String)
    /// The peer closed the connection during the handshake.
    case truncated
    case other(String)

    package enum PEMProblem: Hashable, Sendable {
        case missing
        case unreadable(reason: String)
        /// It contains nothing of the required kind, or something that is damaged.
        case notPEM
        case encrypted
    }

    /// What PEM should hold.
    package enum Contents: String, Sendable {
        case authorities = "certificate of the authority"
        case certificate = "certificate"
        case key = "private key"
    }

    /// Whether connecting again with the same settings to the same peer must fail the same way.
    package var isPermanent: Bool {
        switch self {
        case .unknownAuthority, .selfSigned, .wrongName, .expired, .notYetValid, .unacceptable, .notTLS,
            .nothingInCommon, .certificateRefused, .certificateWanted, .noCertificate, .pem, .keyMismatch,
            .impossibleName:
            true
        case .truncated, .other:
            false
        }
    }
}
