internal import COpenSSL
internal import Foundation
internal import PhotonPumpTransport

/// The contents of a new certificate.
struct CertificateRequest {
    enum Kind {
        case authority
        case leaf(names: [String])
    }

    let subject: String
    let kind: Kind
    let validity: Range<Date>

    func selfSigned() throws(EmbeddedServerError) -> TestCertificate {
        try self.made { certificate, key throws(EmbeddedServerError) in
            try self.sign(certificate, issuer: certificate, with: key)
        }
    }

    func signed(by authority: TestCertificate) throws(EmbeddedServerError) -> TestCertificate {
        let issuer = try self.parse(authority.chain) { PEM_read_bio_X509($0, nil, nil, nil) }
        defer { X509_free(issuer) }
        let issuerKey = try self.parse(authority.key) { PEM_read_bio_PrivateKey($0, nil, nil, nil) }
        defer { EVP_PKEY_free(issuerKey) }
        return try self.made { certificate, _ throws(EmbeddedServerError) in
            try self.sign(certificate, issuer: issuer, with: issuerKey)
        }
    }

    /// A certificate with a new key; `sign` signs it.
    private func made(
        _ sign: (_ certificate: OpaquePointer, _ key: OpaquePointer) throws(EmbeddedServerError) -> Void
    ) throws(EmbeddedServerError) -> TestCertificate {
        let key = try self.present(COpenSSL_new_key())
        defer { EVP_PKEY_free(key) }
        let certificate = try self.present(X509_new())
        defer { X509_free(certificate) }
        try self.check(X509_set_version(certificate, Int(X509_VERSION_3)))
        var randomness = Environment.system.randomness
        try self.check(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), (randomness.next() >> 2) + 1))
        _ = try self.present(ASN1_TIME_set(X509_getm_notBefore(certificate), self.validity.lowerBound.seconds))
        _ = try self.present(ASN1_TIME_set(X509_getm_notAfter(certificate), self.validity.upperBound.seconds))
        try self.check(X509_set_pubkey(certificate, key))
        let name = Array(self.subject.utf8)
        try self.check(
            X509_NAME_add_entry_by_txt(
                X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, name, CInt(clamping: name.count), -1, 0))
        try sign(certificate, key)
        return TestCertificate(
            chain: try self.printed { PEM_write_bio_X509($0, certificate) },
            key: try self.printed { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
        )
    }

    private func sign(
        _ certificate: OpaquePointer,
        issuer: OpaquePointer,
        with key: OpaquePointer
    ) throws(EmbeddedServerError) {
        try self.check(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)))
        for (kind, value) in try self.extensions {
            var context = X509V3_CTX()
            X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
            let made = try self.present(X509V3_EXT_conf_nid(nil, &context, kind, value))
            defer { X509_EXTENSION_free(made) }
            try self.check(X509_add_ext(certificate, made, -1))
        }
        if X509_sign(certificate, key, EVP_sha256()) == 0 { throw self.failure }
    }

    private var extensions: [(kind: CInt, value: String)] {
        get throws(EmbeddedServerError) {
            let identifier: (CInt, String) = (NID_subject_key_identifier, "hash")
            switch self.kind {
            case .authority:
                return [
                    identifier, (NID_basic_constraints, "critical,CA:TRUE"),
                    (NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature"),
                ]
            case .leaf(let names):
                return [
                    identifier, (NID_authority_key_identifier, "keyid"), (NID_basic_constraints, "critical,CA:FALSE"),
                    (NID_key_usage, "critical,digitalSignature"), (NID_ext_key_usage, "serverAuth,clientAuth"),
                    (NID_subject_alt_name, try Self.alternatives(names)),
                ]
            }
        }
    }

    /// Names and addresses in OpenSSL's format.
    private static func alternatives(_ names: [String]) throws(EmbeddedServerError) -> String {
        var parts: [String] = []
        for name in names {
            if let address = a2i_IPADDRESS(name) {
                ASN1_OCTET_STRING_free(address)
                parts.append("IP:\(name)")
            } else if !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !",:".utf8.contains($0) }) {
                parts.append("DNS:\(name)")
            } else {
                throw EmbeddedServerError(.cannotIssue, "'\(name)' is no name or address that a certificate can be for")
            }
        }
        guard !parts.isEmpty else { throw EmbeddedServerError(.cannotIssue, "a certificate must be for a name") }
        return parts.joined(separator: ",")
    }
}

// MARK: OpenSSL's ways

extension CertificateRequest {
    private var failure: EmbeddedServerError {
        let reason = ERR_reason_error_string(ERR_peek_last_error()).map { String(cString: $0) } ?? "no reason given"
        ERR_clear_error()
        return EmbeddedServerError(.cannotIssue, "a certificate for '\(self.subject)': \(reason)")
    }

    private func check(_ result: CInt) throws(EmbeddedServerError) {
        if result != 1 { throw self.failure }
    }

    private func present<T>(_ value: T?) throws(EmbeddedServerError) -> T {
        guard let value else { throw self.failure }
        return value
    }

    private func parse(
        _ pem: String,
        _ read: (OpaquePointer) -> OpaquePointer?
    ) throws(EmbeddedServerError) -> OpaquePointer {
        let memory = try self.present(COpenSSL_new_memory())
        defer { BIO_free(memory) }
        let bytes = Array(pem.utf8)
        _ = BIO_write(memory, bytes, CInt(clamping: bytes.count))
        return try self.present(read(memory))
    }

    private func printed(_ print: (OpaquePointer) -> CInt) throws(EmbeddedServerError) -> String {
        let memory = try self.present(COpenSSL_new_memory())
        defer { BIO_free(memory) }
        try self.check(print(memory))
        var bytes: UnsafeMutablePointer<CChar>?
        let count = COpenSSL_memory(memory, &bytes)
        return String(decoding: UnsafeRawBufferPointer(start: bytes, count: max(0, count)), as: UTF8.self)
    }
}

extension Date {
    fileprivate var seconds: time_t { time_t(self.timeIntervalSince1970.rounded()) }
}
