internal import COpenSSL

/// From OpenSSL's words to ours.
extension TLSError {
    /// Why a certificate is not accepted, from within its verification.
    init(refused verification: OpaquePointer, expectedName: String) {
        let code = X509_STORE_CTX_get_error(verification)
        let reason = String(cString: X509_verify_cert_error_string(CLong(code)))
        guard let current = X509_STORE_CTX_get_current_cert(verification) else {
            self = .other(reason)
            return
        }
        let certificate = CertificateSummary(current)
        self =
            switch code {
            case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
                X509_V_ERR_CERT_SIGNATURE_FAILURE:
                .unknownAuthority(certificate)
            case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
                .selfSigned(certificate)
            case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
                .wrongName(expected: expectedName, certificate)
            case X509_V_ERR_CERT_HAS_EXPIRED:
                .expired(certificate)
            case X509_V_ERR_CERT_NOT_YET_VALID:
                .notYetValid(certificate)
            default:
                .unacceptable(certificate, reason: reason)
            }
    }

    /// Why OpenSSL just gave up a connection.
    init(failed notes: HandshakeNotes) {
        if let refusal = notes.refusal {
            self = refusal
        } else if let error = OpenSSLError.first, error.library == ERR_LIB_SSL {
            self = error.alert.map { Self(alert: $0, error, notes) } ?? Self(error)
        } else {
            self = .other(OpenSSLError.describeLast())
        }
    }

    private init(_ error: OpenSSLError) {
        self =
            switch error.reason {
            case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST:
                .notTLS
            case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_NO_SHARED_CIPHER,
                SSL_R_NO_PROTOCOLS_AVAILABLE, SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_NO_SUITABLE_GROUPS,
                SSL_R_UNKNOWN_PROTOCOL, SSL_R_WRONG_SSL_VERSION, SSL_R_NO_SHARED_GROUPS:
                .nothingInCommon(reason: error.description)
            case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
                .noCertificate
            default:
                .other(error.description)
            }
    }

    private init(alert: CInt, _ error: OpenSSLError, _ notes: HandshakeNotes) {
        self =
            switch alert {
            case SSL_AD_CERTIFICATE_REQUIRED, SSL_AD_NO_CERTIFICATE:
                .certificateWanted
            case SSL_AD_HANDSHAKE_FAILURE where notes.lacksCertificate,
                SSL_AD_BAD_CERTIFICATE where notes.lacksCertificate:
                .certificateWanted
            case SSL_AD_BAD_CERTIFICATE, SSL_AD_UNSUPPORTED_CERTIFICATE, SSL_AD_CERTIFICATE_REVOKED,
                SSL_AD_CERTIFICATE_EXPIRED, SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_UNKNOWN_CA, SSL_AD_ACCESS_DENIED:
                .certificateRefused(reason: error.description)
            case SSL_AD_HANDSHAKE_FAILURE, SSL_AD_PROTOCOL_VERSION, SSL_AD_INSUFFICIENT_SECURITY:
                .nothingInCommon(reason: error.description)
            default:
                .other(error.description)
            }
    }
}
