internal import COpenSSL

/// What all TLS connections with the same settings share. Making one reads the files that the settings name; changes to
/// them are not seen afterwards.
///
/// `@unchecked Sendable` is sound because the only thing in it that the compiler does not know to be safe, OpenSSL's
/// context, is complete when `init` returns and never changed afterwards; connections may then be made from it on any
/// thread, as OpenSSL counts references to it atomically.
package final class TLSContext: @unchecked Sendable {
    enum Side {
        case client, server
    }

    let side: Side
    /// Whether the peer has to show a certificate that is trusted.
    let verifiesPeer: Bool
    let pointer: OpaquePointer

    package init(client settings: TLSClientSettings) throws(TLSError) {
        self.side = .client
        self.verifiesPeer = settings.trust != .anybody
        self.pointer = try Self.make(TLS_client_method())
        switch settings.trust {
        case .systemRoots: try Self.check(SSL_CTX_set_default_verify_paths(self.pointer))
        case .authorities(let pem): try self.trust(pem)
        case .anybody: break
        }
        if self.verifiesPeer { SSL_CTX_set_verify(self.pointer, SSL_VERIFY_PEER, HandshakeCallbacks.verified) }
        if let identity = settings.identity { try self.show(identity) }
        SSL_CTX_set_client_cert_cb(self.pointer, HandshakeCallbacks.certificateWanted)
    }

    package init(server settings: TLSServerSettings) throws(TLSError) {
        self.side = .server
        self.verifiesPeer = settings.clientAuthorities != nil
        self.pointer = try Self.make(TLS_server_method())
        try self.show(settings.identity)
        if let authorities = settings.clientAuthorities {
            try self.trust(authorities)
            SSL_CTX_set_verify(
                self.pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, HandshakeCallbacks.verified)
        }
        // What sessions resumed by ticket must have been begun with; nothing is kept here.
        let name = Array("photonpump".utf8)
        try Self.check(SSL_CTX_set_session_id_context(self.pointer, name, CUnsignedInt(name.count)))
    }

    deinit {
        SSL_CTX_free(self.pointer)
    }

    private static func make(_ method: OpaquePointer?) throws(TLSError) -> OpaquePointer {
        // By itself OpenSSL would tear down at exit what other threads are using.
        OPENSSL_init_ssl(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
        ERR_clear_error()
        guard let context = SSL_CTX_new(method) else { throw .other(OpenSSLError.describeLast()) }
        _ = COpenSSL_set_minimum_version(context, TLS1_2_VERSION)
        COpenSSL_disable_renegotiation(context)
        COpenSSL_disable_session_cache(context)
        COpenSSL_set_mode(
            context,
            // A write takes what fits one record, and the rest may have moved when it is tried next.
            CLong(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER)
                // Idle connections hold no buffers.
                | CLong(SSL_MODE_RELEASE_BUFFERS)
        )
        return context
    }

    private func trust(_ authorities: PEM) throws(TLSError) {
        let store = SSL_CTX_get_cert_store(self.pointer)
        try authorities.forEachCertificate(holding: .authorities) { certificate throws(TLSError) in
            try Self.check(X509_STORE_add_cert(store, certificate))
            // Servers name the authorities whose certificates they take.
            if self.side == .server { try Self.check(SSL_CTX_add_client_CA(self.pointer, certificate)) }
        }
        // A certificate is trusted because it is in the file, whoever has signed it.
        try Self.check(X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN)))
    }

    private func show(_ identity: TLSIdentity) throws(TLSError) {
        var own: CertificateSummary?
        try identity.certificates.forEachCertificate(holding: .certificate) { certificate throws(TLSError) in
            if own == nil {
                own = CertificateSummary(certificate)
                try Self.check(SSL_CTX_use_certificate(self.pointer, certificate))
            } else {
                try Self.check(COpenSSL_add_chain_certificate(self.pointer, certificate))
            }
        }
        try identity.key.withKey { key throws(TLSError) in
            if SSL_CTX_use_PrivateKey(self.pointer, key) != 1 || SSL_CTX_check_private_key(self.pointer) != 1 {
                guard let own else { throw .other(OpenSSLError.describeLast()) }
                throw .keyMismatch(certificate: own)
            }
        }
    }

    private static func check(_ result: CInt) throws(TLSError) {
        if result != 1 { throw .other(OpenSSLError.describeLast()) }
    }
}
