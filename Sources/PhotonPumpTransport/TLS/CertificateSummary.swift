internal import COpenSSL
internal import PhotonPumpSystem

/// What tells people which certificate it is.
package struct CertificateSummary: Hashable, Sendable {
    /// Distinguished names, such as `CN=localhost,O=Stable`.
    package let subject: String
    package let issuer: String
    /// Names and addresses of its owner.
    package let names: [String]
    package let validFrom: String
    package let validUntil: String

    init(_ certificate: OpaquePointer) {
        self.subject = Self.text(of: X509_get_subject_name(certificate))
        self.issuer = Self.text(of: X509_get_issuer_name(certificate))
        self.names = Self.alternativeNames(of: certificate)
        self.validFrom = Self.text(of: X509_get0_notBefore(certificate))
        self.validUntil = Self.text(of: X509_get0_notAfter(certificate))
    }

    private static func text(of name: OpaquePointer?) -> String {
        self.printed { memory in COpenSSL_print_name(memory, name) }
    }

    private static func text(of time: UnsafePointer<ASN1_TIME>?) -> String {
        self.printed { memory in ASN1_TIME_print(memory, time) }
    }

    /// The text that `print` writes into memory.
    private static func printed(_ print: (OpaquePointer?) -> CInt) -> String {
        let memory = COpenSSL_new_memory()
        defer { BIO_free(memory) }
        _ = print(memory)
        var bytes: UnsafeMutablePointer<CChar>?
        let count = COpenSSL_memory(memory, &bytes)
        return String(decoding: UnsafeRawBufferPointer(start: bytes, count: max(0, count)), as: UTF8.self)
    }

    private static func alternativeNames(of certificate: OpaquePointer) -> [String] {
        guard let list = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return [] }
        let names = OpaquePointer(list)
        defer { COpenSSL_free_names(names) }
        return (0..<COpenSSL_count_names(names)).compactMap { index in
            guard let name = COpenSSL_name(names, index) else { return nil }
            return switch name.pointee.type {
            case GEN_DNS: Self.bytes(of: name.pointee.d.dNSName).map { String(decoding: $0, as: UTF8.self) }
            case GEN_IPADD: Self.bytes(of: name.pointee.d.iPAddress).flatMap(Self.address)
            default: nil
            }
        }
    }

    private static func bytes(of string: UnsafePointer<ASN1_STRING>?) -> UnsafeRawBufferPointer? {
        string.map {
            UnsafeRawBufferPointer(start: ASN1_STRING_get0_data($0), count: Int(ASN1_STRING_length($0)))
        }
    }

    private static func address(_ bytes: UnsafeRawBufferPointer) -> String? {
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, bytes.baseAddress, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
