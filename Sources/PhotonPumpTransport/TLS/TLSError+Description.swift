extension TLSError: CustomStringConvertible {
    /// One sentence: what is wrong with what, and what would help.
    package var description: String {
        switch self {
        case .unknownAuthority(let certificate):
            """
            the certificate of \(certificate.subject) was issued by \(certificate.issuer), which is not trusted: \
            give a CA file that holds the issuer's certificate
            """
        case .selfSigned(let certificate):
            """
            the certificate of \(certificate.subject) is self-signed and not trusted: \
            give a CA file that holds it
            """
        case .wrongName(let expected, let certificate):
            """
            the certificate is not for '\(expected)' but for \(Self.list(certificate)): connect to a name that it \
            contains, or set that as the server's expected name
            """
        case .expired(let certificate):
            "\(Self.issued(certificate)) expired on \(certificate.validUntil): it must be renewed"
        case .notYetValid(let certificate):
            "\(Self.issued(certificate)) is not valid before \(certificate.validFrom): is this machine's clock right?"
        case .unacceptable(let certificate, let reason):
            "\(Self.issued(certificate)) cannot be accepted: \(reason)"
        case .notTLS:
            "the peer does not speak TLS: use its TLS port, or connect without TLS"
        case .nothingInCommon(let reason):
            "the peer has no TLS version or cipher in common with this side (TLS 1.2 or later): \(reason)"
        case .certificateRefused(let reason):
            "the peer does not accept the certificate of this side (\(reason)): use one that it trusts"
        case .certificateWanted:
            "the peer requires a certificate from this side: give a certificate and its key"
        case .noCertificate:
            "the peer shows no certificate, and one is required"
        case .pem(let problem, let pem, let contents):
            "the \(contents.rawValue) in \(pem) cannot be used: \(problem)"
        case .keyMismatch(let certificate):
            "the private key does not belong to the certificate of \(certificate.subject): give the key it was made with"
        case .impossibleName(let name):
            "'\(name)' cannot be the name or address of a server: set another expected name"
        case .truncated:
            "the peer closed the connection during the TLS handshake: does its port speak TLS?"
        case .other(let reason):
            "TLS failed: \(reason)"
        }
    }

    private static func list(_ certificate: CertificateSummary) -> String {
        certificate.names.isEmpty
            ? certificate.subject : certificate.names.map { "'\($0)'" }.joined(separator: ", ")
    }

    private static func issued(_ certificate: CertificateSummary) -> String {
        "the certificate of \(certificate.subject), issued by \(certificate.issuer),"
    }
}

extension TLSError.PEMProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing: "there is no such file"
        case .unreadable(let reason): "it cannot be read (\(reason))"
        case .notPEM: "it is not in PEM format, or is damaged"
        case .encrypted: "it is encrypted, which is not supported: give an unencrypted one"
        }
    }
}
