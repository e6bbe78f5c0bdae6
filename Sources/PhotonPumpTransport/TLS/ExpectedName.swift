internal import COpenSSL

/// The name that a certificate must be for. Its subject is no host name, even if the certificate has no other names.
package enum ExpectedName {
    case name
    /// Compared with the addresses in the certificate.
    case address

    /// - Returns: nil if it cannot be the name of a host.
    static func set(_ name: String, _ parameters: OpaquePointer?) -> ExpectedName? {
        // To OpenSSL, a name that begins with a dot stands for all names that end with it.
        guard !name.isEmpty, !name.utf8.contains(0), !name.hasPrefix(".") else { return nil }
        if X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1 { return .address }
        let flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT
        X509_VERIFY_PARAM_set_hostflags(parameters, CUnsignedInt(flags))
        return X509_VERIFY_PARAM_set1_host(parameters, name, 0) == 1 ? .name : nil
    }

    /// The same for a context of OpenSSL that another library has made.
    package static func set(_ name: String, of context: UnsafeMutableRawPointer) -> ExpectedName? {
        self.set(name, SSL_CTX_get0_param(OpaquePointer(context)))
    }
}
